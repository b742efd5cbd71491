import type { Api } from 'grammy';
import type { Dispatcher } from 'undici';
import type { IncomingFile } from '../../conversation/event.ts';
import type { FetchedFile } from '../channel.ts';
import { download } from '../download.ts';
import { BadPayload } from '../errors.ts';
import { FETCH_LIMIT } from '../media.ts';
import { toChannelError } from './send.ts';

const FETCH_MS = 60_000;
/** `photos/file_7.jpg`. A server that works on its own disk gives the path of a file there: not for us to read. */
const FILE_PATH = /^(?!.*\.\.)[\w][\w./ -]{0,255}$/;

/** Fetches by `getFile`, then `<apiRoot>/file/bot<token>/<path>`. @throws as download */
export async function fetchFile(
  door: { api: Api; apiRoot: string; token: string; dispatcher: Dispatcher },
  file: IncomingFile,
): Promise<FetchedFile> {
  const path = await pathOf(door.api, file);
  const url = `${door.apiRoot}/file/bot${door.token}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const { origin } = new URL(door.apiRoot);
  const allowed = (address: URL) => address.origin === origin;
  return download(url, { dispatcher: door.dispatcher, allowed, timeoutMs: FETCH_MS });
}

async function pathOf(api: Api, file: IncomingFile): Promise<string> {
  try {
    const found = await api.raw.getFile({ file_id: file.ref });
    if ((found.file_size ?? 0) > FETCH_LIMIT) throw new BadPayload('a file over 5 MB');
    if (!FILE_PATH.test(found.file_path ?? '')) throw new BadPayload('a file without a path');
    return found.file_path ?? '';
  } catch (error) {
    throw toChannelError(error) ?? error;
  }
}
