import { IconFolderOpen } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openFolder } from '../../app/session';
import { attempt } from '../../app/state/notify';
import { pathForFile } from '../../platform/bridge';
import styles from './drop-zone.module.css';

/** A folder dropped anywhere in the window opens; a dropped picture opens the folder that holds it. */
export function DropZone() {
  const { t } = useTranslation('welcome');
  const isOver = useFolderDrop();
  if (!isOver) return null;
  return (
    <div className={styles.overlay} data-testid="drop-overlay">
      <div className={styles.frame}>
        <IconFolderOpen size={40} stroke={1.25} />
        {t('dropAnywhere')}
      </div>
    </div>
  );
}

function useFolderDrop(): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      setIsOver(false);
      const folder = droppedFolder(event);
      if (folder !== null) attempt(() => openFolder(folder));
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return isOver;
}

function droppedFolder(event: DragEvent): string | null {
  const file = event.dataTransfer?.files[0];
  const path = file ? pathForFile(file) : '';
  if (path === '') return null;
  const isFile = event.dataTransfer?.items[0]?.webkitGetAsEntry()?.isFile ?? false;
  return isFile ? path.replace(/[\\/][^\\/]*$/, '') || '/' : path;
}
