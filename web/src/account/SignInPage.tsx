import { Anchor } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link, useSearch } from 'wouter';
import { AccountLayout } from './AccountLayout';
import { SignInForm } from './SignInForm';

export default function SignInPage() {
  useDocumentTitle('Sign in · CodeCrafter');
  const search = useSearch();
  const invited = search.includes('next=');
  return (
    <AccountLayout
      title={invited ? 'Sign in to open the session' : 'Sign in'}
      footer={<>New here? <Anchor component={Link} href={`/signup${search && `?${search}`}`}>Create an account</Anchor></>}
    >
      <SignInForm />
    </AccountLayout>
  );
}
