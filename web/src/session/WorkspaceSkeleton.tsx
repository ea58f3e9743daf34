import { Skeleton } from '@mantine/core';
import { Brand } from '../app/Brand';
import classes from './Workspace.module.css';

/** The shape of the page while the session is on its way. */
export function WorkspaceSkeleton() {
  return (
    <div className={classes.page} aria-busy="true" aria-label="Opening the session">
      <header className={classes.header}><Brand withName={false} /><Skeleton h={14} w={160} /></header>
      <EditorSkeleton />
    </div>
  );
}

export function EditorSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      {[38, 26, 52, 44, 18, 34].map((width) => <Skeleton key={width} h={11} w={`${width}%`} />)}
    </div>
  );
}
