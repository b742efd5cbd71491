/**
 * viber-bot's message classes, typed. They load alone by their deep path, without that package's server and client,
 * whose faults are why this channel has its own. Only the constructors and `toJson` are used: `verifyMessage` takes
 * latitude 0 for missing, and `fromJson` of a contact shifts its arguments.
 */
import { createRequire } from 'node:module';

type MessageClass<Args extends unknown[], Json> = new (...args: Args) => { toJson(): Json };

const require = createRequire(import.meta.url);
const TextMessage: MessageClass<[text: string], TextJson> = require('viber-bot/lib/message/text-message.js');
const LocationMessage: MessageClass<
  [lat: number, lon: number],
  LocationJson
> = require('viber-bot/lib/message/location-message.js');

const PictureMessage: MessageClass<
  [url: string, text: string],
  Omit<PictureJson, 'text' | 'thumbnail'>
> = require('viber-bot/lib/message/picture-message.js');

type PictureJson = { type: 'picture'; text: string; media: string };
type TextJson = { type: 'text'; text: string };
type LocationJson = { type: 'location'; location: { lat: number; lon: number } };

/** The body of `send_message` without `receiver` and `sender`; the same shape answers `conversation_started`. */
export type ViberMessage = (TextJson | PictureJson | LocationJson) & {
  keyboard?: Keyboard;
  /** Comes back with the person's next message; at most 4,000 characters; unsigned, so never trusted. */
  tracking_data: string;
  min_api_version: number;
};

export type Keyboard = { Type: 'keyboard'; DefaultHeight: false; Buttons: Button[] };

export type Button = {
  Columns: number;
  Rows: 1;
  Text: string;
  TextSize: 'regular' | 'large';
  ActionType: 'reply' | 'open-url' | 'location-picker' | 'share-phone';
  ActionBody: string;
  Silent?: true;
};

export function textJson(text: string): TextJson {
  return new TextMessage(text).toJson();
}

/** @param text at most 512 characters; may be blank. The class would send null for that, which Viber's page does not know */
export function pictureJson(url: string, text: string): PictureJson {
  const { type, media } = new PictureMessage(url, text).toJson();
  return { type, media, text };
}

export function locationJson(lat: number, lon: number): LocationJson {
  return new LocationMessage(lat, lon).toJson();
}
