import { Textarea, TextInput } from '@mantine/core';
import { parseArguments } from './arguments';
import type { RunMode } from './runMode';
import classes from './InputView.module.css';

export interface ProgramInput {
  mode: RunMode;
  stdin: string;
  setStdin: (stdin: string) => void;
  args: string;
  setArgs: (args: string) => void;
}

/** What the next run reads. Everybody has their own. */
export default function InputView({ input }: { input: ProgramInput }) {
  return (
    <div className={classes.input}>
      <Textarea
        label="Standard input"
        description={input.mode === 'terminal'
          ? 'Not used in a terminal: there you type while the program runs.'
          : 'The program reads this, then the end of its input. Leave it empty to type while the program runs.'}
        disabled={input.mode === 'terminal'}
        value={input.stdin}
        onChange={(event) => input.setStdin(event.currentTarget.value)}
        spellCheck={false}
        autoCapitalize="none"
        classNames={{ root: classes.stdin, wrapper: classes.wrapper, input: classes.area }}
      />
      <TextInput
        label="Arguments"
        placeholder={'one "two words" three'}
        value={input.args}
        error={parseArguments(input.args).problem}
        onChange={(event) => input.setArgs(event.currentTarget.value)}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        classNames={{ input: classes.mono }}
      />
    </div>
  );
}
