import { Loader, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { RunResult, StepResult } from '../api/types';
import { bytes, milliseconds } from '../lib/format';
import { outcomeOf } from './outcome';
import type { Run } from './runs';
import classes from './Verdict.module.css';

/** How the run ended, or that it goes on. */
export function Verdict({ run }: { run: Run }) {
  return (
    <div className={classes.verdict} role="status" aria-label="Run status" data-state={run.state}>
      {run.state === 'queued' && <><Loader size={12} /><span>{waiting(run)}</span></>}
      {run.state === 'running' && <><Loader size={12} /><span>Processing</span><Elapsed since={run.heardAt} /></>}
      {run.result !== null && <Result result={run.result} />}
    </div>
  );
}

/** Where the run stands among those that wait. */
export function waiting(run: Run): string {
  return run.position === null ? 'In Queue' : `In Queue, place ${run.position}`;
}

function Result({ result }: { result: RunResult }) {
  const { kind, words, brief, detail } = outcomeOf(result);
  const step = result.run ?? result.compile;
  return (
    <>
      <Tooltip label={detail} disabled={detail === null} multiline maw={320}>
        <strong className={classes[kind]}>{words}</strong>
      </Tooltip>
      <span className={classes.facts}>
        {brief !== null && <span>{brief}</span>}
        {step !== null && <Figures step={step} />}
      </span>
    </>
  );
}

function Figures({ step }: { step: StepResult }) {
  return (
    <>
      {step.exitCode !== null && <span>exit code {step.exitCode}</span>}
      <Tooltip label={`${milliseconds(step.wallTimeMs)} by the clock, ${milliseconds(step.cpuTimeMs)} of CPU`}>
        <span>{milliseconds(step.wallTimeMs)}</span>
      </Tooltip>
      <Tooltip label="Most memory at once"><span>{bytes(step.memoryBytes)}</span></Tooltip>
    </>
  );
}

function Elapsed({ since }: { since: number | null }) {
  const count = () => (since === null ? 0 : Math.floor((Date.now() - since) / 1000));
  const [seconds, setSeconds] = useState(count);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(count()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return seconds < 1 ? null : <span className={classes.facts}><span>{seconds} s</span></span>;
}
