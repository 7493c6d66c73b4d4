import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { parseCombination } from '../../app/keys';
import { shortcuts, type Shortcut, type ShortcutGroup } from '../../app/shortcuts';
import styles from './shortcuts.module.css';

const groups: readonly ShortcutGroup[] = ['review', 'navigate', 'edit', 'tools', 'view', 'application'];

/** The keyboard at a glance, from the table that handles it. */
export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['shortcuts', 'common']);
  return (
    <Modal opened={opened} onClose={onClose} title={t('title')} size={860} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <div className={styles.groups} data-testid="shortcuts-dialog">
        {groups.map((group) => (
          <section key={group}>
            <h3>{t(`group.${group}`)}</h3>
            {oneRowEach(shortcuts.filter((shortcut) => shortcut.group === group)).map((shortcut) => (
              <div key={shortcut.id} className={styles.line}>
                <span>{t(shortcut.id)}</span>
                <Keys shortcut={shortcut} />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
}

/** A command may stand in the table twice, with keys for different places. */
function oneRowEach(entries: readonly Shortcut[]): Shortcut[] {
  const rows = new Map<string, Shortcut>();
  for (const entry of entries) {
    const known = rows.get(entry.id);
    rows.set(entry.id, known ? { ...known, keys: [...known.keys, ...entry.keys] } : entry);
  }
  return [...rows.values()];
}

const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del' };

function Keys({ shortcut }: { shortcut: Shortcut }) {
  const { t } = useTranslation('shortcuts');
  const keyName = (key: string): string => (key === 'Space' ? t('space') : (arrows[key] ?? key));
  const combinations = shortcut.shown === undefined ? shortcut.keys : [shortcut.shown];
  return (
    <span className={styles.keys}>
      {combinations.map((combination) => {
        const { key, modifiers } = parseCombination(combination);
        return (
          <span key={combination}>
            {[...modifiers, keyName(key)].map((part) => (
              <kbd key={part}>{part}</kbd>
            ))}
          </span>
        );
      })}
    </span>
  );
}
