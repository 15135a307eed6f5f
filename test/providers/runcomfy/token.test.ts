import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openConnections } from '../../../src/http/connections.ts';
import { openLinks } from '../../../src/http/links/links.ts';
import { catalogue } from '../../../src/providers/runcomfy/catalogue.ts';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { hostedApi } from '../../support/api-handlers.ts';
import { bytesOf } from '../../support/downloads.ts';
import { aJob, aRequest, calm, endpointAt, failureOf, kept, now, token } from '../../support/hosted-api.ts';
import { onEachRequest, serveHandlers, serveSockets } from '../../support/loopback.ts';

/** A file host that keeps every byte that it is sent, and redirects each link once to itself. */
async function eavesdropping() {
  const heard: string[] = [];
  const server = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, (request) => {
        heard.push(request);
        const again = `HTTP/1.1 302 Found\r\nlocation: /moved\r\ncontent-length: 0\r\n\r\n`;
        socket.write(
          request.startsWith('GET /moved') ? 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx' : again,
        );
      }),
    ),
  );
  return { origin: server.origin, heard };
}

test('the token reaches the API and its balance, but neither the file host nor the target of any redirect', async () => {
  const elsewhere = await eavesdropping();
  const api = hostedApi({ token, linksOf: (id) => [`${elsewhere.origin}/${id}.png`] });
  const { origin } = await kept(serveHandlers(api.handlers));
  const connections = openConnections({ api: 2, files: 2 });
  try {
    const endpoint = endpointAt(origin, { dispatcher: connections.api });
    const client = apiClient(endpoint);
    const request = await client.submit(aJob(), calm());
    api.request(request.id).state = 'completed';
    const result = await client.result(request, calm());
    const open = openLinks({
      dispatcher: connections.files,
      ownDomains: [],
      allowedHosts: [],
      allowLoopback: true,
      maxBytes: 10,
      now: () => now,
    });
    for (const output of result.phase === 'succeeded' ? result.outputs : []) {
      if (output.type !== 'link') throw new Error('the result holds no link');
      expect((await bytesOf(await open(output.url, calm()))).length).toBeGreaterThan(0);
    }
    expect(elsewhere.heard).toHaveLength(2);
    await catalogue(endpoint).balanceUsd(calm());

    const away = (): Response =>
      HttpResponse.json({}, { status: 307, headers: { location: elsewhere.origin } });
    for (const call of [
      () => client.submit(aJob(), calm()),
      () => client.status(aRequest(), calm()),
      () => client.result(aRequest(), calm()),
      () => client.cancel(aRequest(), calm()),
    ]) {
      api.answerNext(away);
      await failureOf(call());
    }
    api.answerNext(away);
    await expect(catalogue(endpoint).balanceUsd(calm())).rejects.toThrow(/redirects|HTTP 307/);
  } finally {
    await connections.close();
  }
  expect(api.calls.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
  expect(elsewhere.heard).toHaveLength(2);
  expect(elsewhere.heard.join('\n')).not.toMatch(/authorization|cookie|tok_/i);
});

test('the API may set cookies as it likes: none is kept or sent', async () => {
  const cookies: (string | null)[] = [];
  const { origin } = await kept(
    serveHandlers([
      http.get('*/status', ({ request }) => {
        cookies.push(request.headers.get('cookie'));
        return HttpResponse.json({ status: 'in_queue' }, { headers: { 'set-cookie': 'a=b' } });
      }),
    ]),
  );
  const client = apiClient(endpointAt(origin));
  await client.status(aRequest(), calm());
  await client.status(aRequest(), calm());
  expect(cookies).toEqual([null, null]);
});
