import { Tooltip, VisuallyHidden } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconCloudOff, IconLoader2 } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { SaveState, SessionDocument } from '../editor/document';
import { useStore } from '../lib/store';
import classes from './SaveStatus.module.css';

const SAVING_SHOWN_MS = 500;
const RENEWAL_MS = 1500;

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

/**
 * Holds back two changes for a moment, neither of which hides an unsaved edit: "saving" stays on since a save takes
 * milliseconds, and "saved" stays on while a connection is only renewed. A state with unsaved edits shows at once.
 */
function useSteady(state: SaveState): SaveState {
  const [shown, setShown] = useState(state);
  const wait = shown === 'saving' && state === 'saved' ? SAVING_SHOWN_MS : shown === 'saved' && state === 'offline' ? RENEWAL_MS : 0;
  useEffect(() => {
    const timer = setTimeout(() => setShown(state), wait);
    return () => clearTimeout(timer);
  }, [state, wait]);
  return wait > 0 ? shown : state;
}
