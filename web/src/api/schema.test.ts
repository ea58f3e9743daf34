import { readFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

const here = (path: string) => new URL(path, import.meta.url);

it('is generated from the description of the server: npm run types', async () => {
  const types = await openapiTS(here('../../../docs/openapi.json'), { rootTypes: true, rootTypesNoSchemaPrefix: true });
  expect(readFileSync(here('./schema.ts'), 'utf8')).toBe(COMMENT_HEADER + astToString(types));
});
