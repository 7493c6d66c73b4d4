import { ActionIcon, Indicator, Popover, Stack, Tooltip } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** The funnel button of a list; a dot tells that a filter is set. */
export function FilterPopover({ label, isSet, testId, children }: { label: string; isSet: boolean; testId: string; children: ReactNode }) {
  return (
    <Popover position="bottom-end" width={260} shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={label}>
          <Indicator disabled={!isSet} size={7} offset={5}>
            <ActionIcon variant="default" size={30} aria-label={label} data-testid={testId}>
              <IconFilter size={14} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">{children}</Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
