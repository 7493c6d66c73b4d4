import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { DetailsPanel } from '../defect/details-panel';
import { QueuePanel } from '../queue/queue-panel';
import { RunStrip } from '../run-strip/run-strip';
import { TopBar } from '../top-bar/top-bar';
import { Banners } from './banners';
import { CanvasArea } from './canvas-area';
import styles from './workspace.module.css';

export function Workspace() {
  const { t } = useTranslation('workspace');
  const layout = useDefaultLayout({ id: 'railscope.workspace', storage: localStorage, onlySaveAfterUserInteractions: true });
  return (
    <div className={styles.workspace} onMouseDownCapture={keepFocusOffButtons} data-testid="workspace">
      <TopBar />
      <Banners />
      <Group className={styles.panels} defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
        <Panel id="queue" defaultSize={296} minSize={232} maxSize={560} groupResizeBehavior="preserve-pixel-size">
          <QueuePanel />
        </Panel>
        <Separator className={styles.divider} title={t('panes.resize')} />
        <Panel id="canvas" minSize={320}>
          <CanvasArea />
        </Panel>
        <Separator className={styles.divider} title={t('panes.resize')} />
        <Panel id="details" defaultSize={304} minSize={264} maxSize={520} groupResizeBehavior="preserve-pixel-size">
          <DetailsPanel />
        </Panel>
      </Group>
      <RunStrip />
    </div>
  );
}

/**
 * A button clicked with the mouse does not take the focus: Space must pan and letters must stay shortcuts afterwards.
 * What was being typed is left, which saves it. The keyboard still reaches every button.
 */
function keepFocusOffButtons(event: MouseEvent): void {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (!button || button.closest('[role=dialog]')) return;
  event.preventDefault();
  if (document.activeElement instanceof HTMLElement && !document.activeElement.contains(button)) document.activeElement.blur();
}
