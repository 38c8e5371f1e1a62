import { Menu } from '@mantine/core';
import { type ReactNode, type Ref, useEffect, useRef, useState } from 'react';
import { whyNoDelete, whyNoEdit, whyNoResume } from '../../data/declaration-words.ts';
import type { JobMark } from '../../data/job-mark.ts';
import { CopyIcon, EditIcon, MoreIcon, PauseIcon, PlayIcon, ResumeIcon, TrashIcon } from '../../ui/icons.tsx';
import type { JobCommands } from './job-commands.ts';
import classes from './row-actions.module.css';

interface RowActionsProps {
  readonly job: JobMark;
  readonly commands: JobCommands;
}

/** The actions on one job that the viewer's role allows. */
export function RowActions({ job, commands }: RowActionsProps) {
  const { may } = commands;
  return (
    <div className={classes.buttons}>
      {may.operate ? (
        <>
          <Action name={`Run ${job.id} now`} title="Run now (r)" onPress={() => commands.run(job)}>
            <PlayIcon />
          </Action>
          <PauseButton job={job} commands={commands} />
        </>
      ) : null}
      {may.admin ? <More job={job} commands={commands} /> : null}
    </div>
  );
}

function PauseButton({ job, commands }: RowActionsProps) {
  if (job.status === 'paused') {
    const noResume = whyNoResume(job);
    return (
      <Action
        name={`Resume ${job.id}`}
        title={noResume ?? 'Resume (p)'}
        isDisabled={noResume !== undefined}
        onPress={() => commands.resume(job)}
      >
        <ResumeIcon />
      </Action>
    );
  }
  const isFinished = job.status === 'finished';
  return (
    <Action
      name={`Pause ${job.id}`}
      title={isFinished ? 'A finished job cannot be paused' : 'Pause (p)'}
      isDisabled={isFinished}
      onPress={() => commands.pause(job)}
    >
      <PauseIcon />
    </Action>
  );
}

/** Creates the menu on the first click, because it is expensive and every row has one. */
function More({ job, commands }: RowActionsProps) {
  const [isMade, setMade] = useState(false);
  if (isMade) return <MoreMenu job={job} commands={commands} />;
  return (
    <Action name={`More actions for ${job.id}`} title="More actions" hasMenu onPress={() => setMade(true)}>
      <MoreIcon />
    </Action>
  );
}

function MoreMenu({ job, commands }: RowActionsProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Replaces the pressed button, so it takes the focus back when the menu closes.
    button.current?.focus({ preventScroll: true });
    setOpen(true);
  }, []);
  return (
    // Without the placeholder for the first focus: a menu may contain only its items.
    <Menu
      position="bottom-end"
      withinPortal
      withInitialFocusPlaceholder={false}
      opened={isOpen}
      onChange={setOpen}
    >
      <Menu.Target>
        <Action ref={button} name={`More actions for ${job.id}`} title="More actions">
          <MoreIcon />
        </Action>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<EditIcon />} onClick={() => commands.edit(job)} {...unless(whyNoEdit(job))}>
          Edit
        </Menu.Item>
        <Menu.Item leftSection={<CopyIcon />} onClick={() => commands.copy(job)}>
          Duplicate
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          className={classes.danger ?? ''}
          leftSection={<TrashIcon />}
          onClick={() => commands.remove(job)}
          {...unless(whyNoDelete(job))}
        >
          Delete…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** An item that can't be used, and says why. */
function unless(why: string | undefined) {
  return why === undefined ? {} : { disabled: true, title: why };
}

interface ActionProps {
  readonly ref?: Ref<HTMLButtonElement>;
  readonly name: string;
  readonly title: string;
  readonly isDisabled?: boolean;
  readonly hasMenu?: boolean;
  readonly onPress?: () => void;
  readonly children: ReactNode;
}

/** A button with an icon. A menu passes its own props to its button. */
function Action({ ref, name, title, isDisabled, hasMenu, onPress, children, ...ofMenu }: ActionProps) {
  return (
    <button
      {...ofMenu}
      ref={ref}
      type="button"
      className={classes.action}
      aria-label={name}
      title={title}
      disabled={isDisabled}
      {...(hasMenu === true ? { 'aria-haspopup': 'menu', 'aria-expanded': false } : {})}
      {...(onPress === undefined ? {} : { onClick: onPress })}
    >
      {children}
    </button>
  );
}
