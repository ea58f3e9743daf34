import { ActionIcon, NativeSelect, Switch, Textarea, TextInput, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Compare } from '../../api/types';
import { compares, type TestCase, type TestCases } from './testCases';
import classes from './TestCaseForm.module.css';

/** One test case. Give it a key for each. */
export function TestCaseForm({ tests, test }: { tests: TestCases; test: TestCase }) {
  const change = (values: Partial<TestCase>) => tests.change(test.id, values);
  const code = { spellCheck: false, autoCapitalize: 'none', classNames: { root: classes.field, wrapper: classes.wrapper, input: classes.area } };
  return (
    <div className={classes.form}>
      <div className={classes.settings}>
        <TextInput
          size="xs" label="Name" placeholder="What it tests" value={test.name} maxLength={100}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs" label="Compare" data={compares} value={test.compare}
          title={compares.find((c) => c.value === test.compare)?.description}
          onChange={(event) => change({ compare: event.currentTarget.value as Compare })}
        />
        {test.compare === 'float' && <ToleranceInput value={test.tolerance} onChange={(tolerance) => change({ tolerance })} />}
        <Tooltip multiline w={260} label="Others see only whether it passed, not its input and output. The session's admins and owner see all.">
          <div className={classes.hidden}>
            <Switch size="xs" label="Hidden" checked={test.hidden} onChange={(event) => change({ hidden: event.currentTarget.checked })} />
          </div>
        </Tooltip>
        <Tooltip label="Remove this test case">
          <ActionIcon aria-label="Remove this test case" size={30} color="red" className={classes.remove} onClick={() => tests.remove(test.id)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className={classes.texts}>
        <Textarea {...code} size="xs" label="Standard input" value={test.stdin} onChange={(event) => change({ stdin: event.currentTarget.value })} />
        <Textarea
          {...code} size="xs" label={test.compare === 'regex' ? 'Pattern of the output' : 'Expected output'} value={test.expectedOutput}
          onChange={(event) => change({ expectedOutput: event.currentTarget.value })}
        />
      </div>
    </div>
  );
}

function ToleranceInput({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const [text, setText] = useState(String(value));
  const number = text.trim() === '' ? NaN : Number(text);
  const valid = number >= 0 && Number.isFinite(number);
  return (
    <TextInput
      size="xs" label="Tolerance" w={90} inputMode="decimal" value={text} error={!valid}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        if (next.trim() !== '' && Number(next) >= 0 && Number.isFinite(Number(next))) onChange(Number(next));
      }}
    />
  );
}
