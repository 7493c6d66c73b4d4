import { useCallback, useEffect, useState } from 'react';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import type { ReportOptions } from '#shared/domain/report';
import { invoke, onEvent } from '../../platform/bridge';
import { reportModel, type ReportModel } from '../../report/report-model';

export interface LoadedReport {
  /** the latest that was loaded; stays while another choice loads */
  model: ReportModel | null;
  loading: boolean;
  error: ErrorInfo | null;
  retry: () => void;
}

/** While pictures are being inspected the preview follows, but no faster than this. */
const REFRESH_MS = 3000;

/** The report that these choices give now. */
export function useReportModel(options: ReportOptions): LoadedReport {
  const { locale, defects, includeCoverageList } = options;
  const [result, setResult] = useState<Pick<LoadedReport, 'model' | 'loading' | 'error'>>({ model: null, loading: true, error: null });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    setResult((before) => ({ ...before, loading: true, error: null }));
    invoke('report.data', { options: { locale, defects, includeCoverageList } })
      .then((data) => {
        if (isCurrent) setResult({ model: reportModel(data), loading: false, error: null });
      })
      .catch((error: unknown) => {
        if (isCurrent) setResult({ model: null, loading: false, error: toErrorInfo(error) });
      });
    return () => {
      isCurrent = false;
    };
  }, [locale, defects, includeCoverageList, attempt]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (): void => {
      timer = null;
      setAttempt((count) => count + 1);
    };
    const end = onEvent('images.changed', () => {
      timer ??= setTimeout(refresh, REFRESH_MS);
    });
    return () => {
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...result, retry };
}
