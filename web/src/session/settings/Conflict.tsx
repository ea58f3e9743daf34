import { Alert, Button } from '@mantine/core';
import { languageName, useLanguages } from '../../api/languages';
import { inWords, labels, type Values } from './values';
import classes from './Settings.module.css';

type Name = keyof Values;

/** What another wrote while this form was open. */
export interface Meanwhile {
  theirs: Values;
  conflicts: readonly Name[];
  taken: readonly Name[];
}

interface Props {
  meanwhile: Meanwhile;
  onTake: (name: Name) => void;
}

/** Tells what changed meanwhile, and lets one decide where both changed the same. */
export function Conflict({ meanwhile: { theirs, conflicts, taken }, onTake }: Props) {
  const languages = useLanguages();
  const words = (name: Name) => inWords(name, theirs[name], (id) => languageName(id, languages));
  return (
    <Alert color="yellow" variant="light" role="alert" title="Somebody else changed the settings meanwhile">
      Nothing was saved yet, and what you typed is still here.
      <ul className={classes.changes}>
        {conflicts.map((name) => (
          <li key={name}>
            <span>{labels[name]} is now <strong>{words(name)}</strong>. Yours differs.</span>
            <Button size="compact-xs" variant="default" aria-label={`Take theirs: ${labels[name]}`} onClick={() => onTake(name)}>Take theirs</Button>
          </li>
        ))}
        {taken.map((name) => (
          <li key={name}><span>{labels[name]} is now <strong>{words(name)}</strong>, here too.</span></li>
        ))}
      </ul>
      Save again to keep what the form says.
    </Alert>
  );
}
