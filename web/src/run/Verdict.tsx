import { Loader, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { RunResult } from '../api/types';
import { bytes, milliseconds } from '../lib/format';
import type { Run } from './runs';
import classes from './Verdict.module.css';

const ACCEPTED = 3;
const CANCELLED = 17;

/** How the run ended, or that it goes on. */
export function Verdict({ run }: { run: Run }) {
  return (
    <div className={classes.verdict} role="status" aria-label="Run status" data-state={run.state}>
      {run.state === 'queued' && <><Loader size={12} /><span>In queue</span></>}
      {run.state === 'running' && <><Loader size={12} /><span>Running</span><Elapsed since={run.startedAt} /></>}
      {run.result !== null && <Outcome result={run.result} />}
    </div>
  );
}

function Outcome({ result }: { result: RunResult }) {
  const { id, description } = result.status;
  const kind = id === ACCEPTED ? 'good' : id === CANCELLED ? 'neutral' : 'bad';
  const step = result.run ?? result.compile;
  return (
    <>
      <strong className={classes[kind]}>{description}</strong>
      {step !== null && (
        <span className={classes.facts}>
          {step.exitCode !== null && <span>exit code {step.exitCode}</span>}
          {step.signal !== null && <span>{step.signal}</span>}
          <Tooltip label={`${milliseconds(step.wallTimeMs)} by the clock, ${milliseconds(step.cpuTimeMs)} of CPU`}>
            <span>{milliseconds(step.wallTimeMs)}</span>
          </Tooltip>
          <Tooltip label="Most memory at once"><span>{bytes(step.memoryBytes)}</span></Tooltip>
        </span>
      )}
    </>
  );
}

function Elapsed({ since }: { since: string | null }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    // This machine's clock may differ from the server's: count from when the page heard of it.
    const start = Date.now();
    const timer = setInterval(() => setSeconds(Math.floor((Date.now() - start) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return seconds < 1 ? null : <span className={classes.facts}><span>{seconds} s</span></span>;
}
