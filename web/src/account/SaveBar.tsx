import { Alert, Button } from '@mantine/core';
import classes from './Account.module.css';

interface Props {
  label: string;
  saving: boolean;
  failure: string | null;
  /** What to say after it was saved; empty before. */
  done: string;
}

/** The end of a form that stays open: its button, and what came of it. */
export function SaveBar({ label, saving, failure, done }: Props) {
  return (
    <>
      {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
      <div className={classes.save}>
        <Button type="submit" loading={saving}>{label}</Button>
        <span role="status" className={classes.done}>{done}</span>
      </div>
    </>
  );
}
