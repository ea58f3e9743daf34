import { Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Mark } from '../app/Brand';
import SchemeControl from '../app/SchemeControl';
import classes from './AccountLayout.module.css';

/** The pages before one is signed in: a form, and beside it, where there is room, what this is. */
export function AccountLayout({ title, children, footer }: { title: string; children: ReactNode; footer: ReactNode }) {
  return (
    <div className={classes.page}>
      <main className={classes.main}>
        <div className={classes.form}>
          <div className={classes.brand}><Mark size={30} /><span>CodeCrafter</span></div>
          <Title order={1} className={classes.title}>{title}</Title>
          <Paper bg="transparent">{children}</Paper>
          <div className={classes.footer}>{footer}</div>
        </div>
        <div className={classes.scheme}><SchemeControl /></div>
      </main>
      <aside className={classes.aside} aria-hidden="true"><Preview /></aside>
    </div>
  );
}

/** What a session looks like; decoration. */
function Preview() {
  return (
    <div className={classes.preview}>
      <p className={classes.claim}>Write code together, run it,<br />and see the same thing happen.</p>
      <div className={classes.window}>
        <div className={classes.bar}><span data-active>main.py</span><span>primes.py</span></div>
        <pre className={classes.code}>
          <i>1</i><b>from</b> primes <b>import</b> primes_below<span className={classes.caretB}><em>Linus</em></span>{'\n'}
          <i>2</i>{'\n'}
          <i>3</i><b>for</b> p <b>in</b> <u>primes_below</u>(<s>20</s>):<span className={classes.caretA}><em>Ada</em></span>{'\n'}
          <i>4</i>{'    '}<u>print</u>(p, end=<q>" "</q>)
        </pre>
        <div className={classes.output}>
          <span>2 3 5 7 11 13 17 19</span>
          <small>Accepted · exit code 0 · 18 ms</small>
        </div>
      </div>
    </div>
  );
}
