// A selection of the wire contract's tests against a cluster of two processes, behind a front that gives each request to the next one:
// what is most likely to go from one process to another. All of them: `GYRE_TEST_CLUSTER=2 npm test -- tests/wire tests/e2e/client`.
process.env['GYRE_TEST_CLUSTER'] = '2';
for (const name of ['seats', 'sign-in', 'hub', 'watching', 'idempotency']) await import(`../wire/${name}.test.ts`);
