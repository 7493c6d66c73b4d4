/** The windows whose calls main answers: the workspace and the hidden report pages. */
import { resourceOrigin } from '#shared/resource-url';

/** What is known of a caller, without Electron's types so that the check can be tested. */
export interface CallSender {
  webContentsId: number;
  /** false for a frame inside the page, and where the frame is already gone */
  isMainFrame: boolean;
  url: string;
}

/** The part of Electron's WebContents that the registry needs. */
export interface TrustedContents {
  readonly id: number;
  once(event: 'destroyed', listener: () => void): unknown;
}

const trusted = new Set<number>();

/** From now on calls of that window's main frame are answered, until it is destroyed. */
export function registerTrustedWindow(contents: TrustedContents): void {
  const { id } = contents;
  trusted.add(id);
  contents.once('destroyed', () => trusted.delete(id));
}

/** True for the main frame of a registered window that shows a page of the application's own scheme. */
export function isTrustedSender(sender: CallSender): boolean {
  return (
    trusted.has(sender.webContentsId) &&
    sender.isMainFrame &&
    (sender.url === resourceOrigin || sender.url.startsWith(`${resourceOrigin}/`))
  );
}
