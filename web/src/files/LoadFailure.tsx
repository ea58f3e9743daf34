import { Alert, Button } from '@mantine/core';

/** In the place of what could not be loaded. */
export function LoadFailure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <Alert color="red" variant="light" role="alert" m="sm" p="sm">
      {message} <Button size="compact-xs" variant="white" color="red" ml="xs" onClick={onRetry}>Try again</Button>
    </Alert>
  );
}
