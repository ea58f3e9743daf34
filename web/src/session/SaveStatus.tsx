import { Tooltip, VisuallyHidden } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconCloudOff, IconLoader2 } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { SaveState, SessionDocument } from '../editor/document';
import { useStore } from '../lib/store';
import classes from './SaveStatus.module.css';

const SAVING_SHOWN_MS = 500;

const states: Record<SaveState, { label: string; hint: string; Icon: typeof IconCheck }> = {
  loading: { label: 'Connecting…', hint: 'Waiting for the document from the server.', Icon: IconLoader2 },
  saved: { label: 'Saved', hint: 'The server has stored every edit of yours.', Icon: IconCheck },
  saving: { label: 'Saving…', hint: 'Your latest edits are on their way to the server.', Icon: IconLoader2 },
  offline: { label: 'Offline', hint: 'Your edits are saved. Reconnecting by itself.', Icon: IconCloudOff },
  offlineUnsaved: {
    label: 'Offline — changes kept here',
    hint: 'Your latest edits are in this tab only. They are sent as soon as the server is back: keep the tab open.',
    Icon: IconAlertCircle,
  },
};

/** Says whether the server has stored the latest edits. Never says so before it has. */
export function SaveStatus({ document, readOnly }: { document: SessionDocument; readOnly: boolean }) {
  const state = useSteady(useStore(document.save));
  const { hint, Icon } = states[state];
  const label = readOnly && state === 'saved' ? 'Up to date' : states[state].label;
  const offline = state === 'offline' || state === 'offlineUnsaved';
  return (
    <>
      <Tooltip label={readOnly && state === 'saved' ? 'You see every edit as it is made.' : hint} multiline maw={260}>
        <span className={classes.status} data-state={state} data-testid="save-status" tabIndex={0}>
          <Icon size={15} className={classes.icon} aria-hidden="true" />
          <span className={classes.label}>{label}</span>
        </span>
      </Tooltip>
      {/* Each keystroke is saved: only going offline and coming back is worth an announcement. */}
      <VisuallyHidden role="status">{offline ? `${label}. ${hint}` : ''}</VisuallyHidden>
    </>
  );
}

/** Keeps "saving" on for a moment, since a save takes milliseconds; every other state shows at once. */
function useSteady(state: SaveState): SaveState {
  const [, redraw] = useState(0);
  const savingSince = useRef(0);
  if (state === 'saving') savingSince.current = Date.now();
  const rest = state === 'saved' ? savingSince.current + SAVING_SHOWN_MS - Date.now() : 0;
  useEffect(() => {
    if (rest <= 0) return;
    const timer = setTimeout(() => redraw((n) => n + 1), rest);
    return () => clearTimeout(timer);
  });
  return rest > 0 ? 'saving' : state;
}
