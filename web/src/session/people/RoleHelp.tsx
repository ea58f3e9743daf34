import type { SessionSettings } from '../../api/types';
import { roleNames, roleSentences } from './roles';
import classes from './People.module.css';

/** What each role may do in a session with these settings. */
export function RoleHelp({ settings }: { settings: SessionSettings }) {
  return (
    <details className={classes.help}>
      <summary>What can each role do?</summary>
      <dl>
        {roleSentences(settings).map(({ role, sentence }) => (
          <div key={role}>
            <dt>{roleNames[role]}</dt>
            <dd>{sentence}</dd>
          </div>
        ))}
      </dl>
      <p>Each role may also do what those above it may.</p>
    </details>
  );
}
