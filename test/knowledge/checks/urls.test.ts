import { expect, it } from 'vitest';
import { urls } from '../../../src/knowledge/checks/urls.ts';

const of = (file: string, value: unknown) => urls({ sheets: [{ file, value }] });

it('is content with https, and with evidence that was read on an old page', () => {
  const value = [{ url: 'https://example.org', sources: [{ url: 'http://example.org' }] }];
  expect(of('content/resources/pl.yaml', value)).toEqual([]);
});

it('finds an address that people would open unprotected, also inside a text', () => {
  expect(of('content/resources/pl.yaml', [{ url: 'http://example.org' }])).toMatchObject([{ path: [0, 'url'] }]);
  expect(of('content/articles/a/uk.yaml', { more: ['Див. http://example.org'] })).toHaveLength(1);
});

it('only warns of the page of a library, which is not shown then', () => {
  expect(of('content/libraries/lviv.yaml', [{ url: 'http://example.org' }])).toMatchObject([{ warning: true }]);
});
