import { Skeleton, Tabs } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { byFolder } from '../editor/paths';
import classes from './FileViewer.module.css';

const CodeViewer = lazy(() => import('./CodeViewer'));

export interface ViewedFile {
  path: string;
  content: string;
  truncated?: boolean;
}

/** Some files as they were at another time; `entry` is open at first. */
export function FileViewer({ files, entry }: { files: readonly ViewedFile[]; entry?: string }) {
  const sorted = [...files].sort((a, b) => byFolder(a.path, b.path));
  const [chosen, setChosen] = useState(entry);
  const file = sorted.find(({ path }) => path === chosen) ?? sorted[0];
  if (file === undefined) return <p className={classes.note}>There were no files.</p>;
  return (
    <Tabs
      value={file.path}
      onChange={(path) => path !== null && setChosen(path)}
      keepMounted={false}
      classNames={{ root: classes.view, list: classes.list, tab: classes.tab, panel: classes.panel }}
    >
      <Tabs.List aria-label="Files">
        {sorted.map(({ path }) => <Tabs.Tab key={path} value={path}>{path}</Tabs.Tab>)}
      </Tabs.List>
      {sorted.map(({ path, content, truncated }) => (
        <Tabs.Panel key={path} value={path}>
          {truncated === true && <p className={classes.note}>Only the beginning of this file is kept.</p>}
          <Suspense fallback={<Skeleton m="md" h={12} w="40%" />}><CodeViewer path={path} text={content} /></Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
