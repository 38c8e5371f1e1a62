import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { useKeys } from '../../keyboard/keys.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import classes from './log.module.css';
import { LEVELS, type LogFilter } from './log-lines.ts';

/** The filter of a log and its layout. */
export interface LogLook extends LogFilter {
  readonly isWrapped: boolean;
}

interface LogFiltersProps {
  readonly look: LogLook;
  readonly onChange: (look: LogLook) => void;
  readonly children: ReactNode;
}

const LEVEL_CHOICES = LEVELS.map((level) => ({
  value: level,
  label: level === 'debug' ? 'All levels' : level === 'error' ? 'error only' : `${level} and above`,
}));

/** Searches a log, filters it by level, and wraps its lines. */
export function LogFilters({ look, onChange, children }: LogFiltersProps) {
  const field = useRef<HTMLInputElement>(null);
  useKeys([{ key: '/', does: 'Search the log', run: () => field.current?.focus() }]);
  const choose = (value: string): void => {
    onChange({ ...look, level: LEVELS.find((known) => known === value) ?? 'debug' });
  };
  return (
    <div className={classes.logFilters}>
      <TextInput
        ref={field}
        aria-label="Search the log"
        placeholder="Search"
        leftSection={<SearchIcon size={14} />}
        value={look.search}
        onChange={(event) => onChange({ ...look, search: event.currentTarget.value })}
        className={classes.logSearch}
      />
      <NativeSelect
        aria-label="Log level"
        data={LEVEL_CHOICES}
        value={look.level}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <Switch
        label="Wrap"
        checked={look.isWrapped}
        onChange={(event) => onChange({ ...look, isWrapped: event.currentTarget.checked })}
      />
      <span className={blocks.quiet} role="status">
        {children}
      </span>
    </div>
  );
}
