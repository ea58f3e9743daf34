import { Anchor, Badge, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { User } from '../api/types';
import { Brand } from '../app/Brand';
import { UserMenu } from '../app/UserMenu';
import { longDate } from '../lib/format';
import { PasswordForm } from './PasswordForm';
import { PreferencesForm } from './PreferencesForm';
import { ProfileForm } from './ProfileForm';
import classes from './Account.module.css';

/** One's own account: names, preferences, password. */
export default function AccountPage({ user }: { user: User }) {
  useDocumentTitle('Your account · CodeCrafter');
  return (
    <>
      <header className={classes.header}>
        <Brand />
        <UserMenu user={user} />
      </header>
      <main className={classes.main}>
        <Anchor component={Link} href="/" size="sm" underline="hover">Your sessions</Anchor>
        <Title order={1} className={classes.title}>Your account</Title>
        <Section title="Profile" hint="Others see your username, at your cursor and in the chat. It stays as it is.">
          <dl className={classes.facts}>
            <div><dt>Username</dt><dd>{user.username} {user.role === 'admin' && <Badge size="sm" variant="light">Server administrator</Badge>}</dd></div>
            <div><dt>Email</dt><dd>{user.email}</dd></div>
            <div><dt>Since</dt><dd>{longDate(user.createdAt)}</dd></div>
          </dl>
          <ProfileForm user={user} />
        </Section>
        <Section title="Preferences" hint="They are with you in every browser that you sign in with.">
          <PreferencesForm user={user} />
        </Section>
        <Section title="Password" hint="Every other login of yours ends: other browsers and devices must sign in again. Here you stay signed in.">
          <PasswordForm user={user} />
        </Section>
      </main>
    </>
  );
}

function Section({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-labelledby={`account-${title}`}>
      <div className={classes.about}>
        <Title order={2} id={`account-${title}`} className={classes.heading}>{title}</Title>
        <p className={classes.hint}>{hint}</p>
      </div>
      <div className={classes.content}>{children}</div>
    </section>
  );
}
