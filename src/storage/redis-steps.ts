/**
 * What is done at one key of Redis, each by itself and whole:
 * - `load`: the fields of a session, `s`, `e` and `r` (sessions/redis.ts), null where there is none
 * - `save`: session, event, replies, ms to live
 * - `sent`: event; its replies go
 * - `forget`
 * - `take`: token, ms; `OK`, or null when somebody else holds the lease
 * - `extend`: token, ms; 1 when it was held
 * - `release`: token
 */
export type Step =
  | readonly ['load']
  | readonly ['save', string, string, string, number]
  | readonly ['sent', string]
  | readonly ['forget']
  | readonly ['take', string, number]
  | readonly ['extend', string, number]
  | readonly ['release', string];

/**
 * The steps of many people in the order in which they were asked for: to ask Redis costs more than what it is asked to do.
 * One that fails (its key holds something else) stands as an error in its place, and the others are carried out.
 * KEYS: one a step. ARGV: the steps' words, one step after another.
 */
export const STEPS = `
local at = 1
local function word()
  at = at + 1
  return ARGV[at - 1]
end
local function held(key, token)
  local holder = redis.pcall('GET', key)
  if type(holder) == 'table' then return false, holder end
  return holder == token, 0
end
local steps = {
  load = function(key) return redis.pcall('HMGET', key, 's', 'e', 'r') end,
  save = function(key)
    local session, event, replies, ms = word(), word(), word(), word()
    local kept = redis.pcall('HSET', key, 's', session, 'e', event, 'r', replies)
    if type(kept) == 'table' then return kept end
    return redis.pcall('PEXPIRE', key, ms)
  end,
  sent = function(key)
    local event = word()
    local answered = redis.pcall('HGET', key, 'e')
    if answered ~= event then return type(answered) == 'table' and answered or 0 end
    return redis.pcall('HDEL', key, 'e', 'r')
  end,
  forget = function(key) return redis.pcall('DEL', key) end,
  take = function(key)
    local token, ms = word(), word()
    return redis.pcall('SET', key, token, 'PX', ms, 'NX')
  end,
  extend = function(key)
    local token, ms = word(), word()
    local mine, otherwise = held(key, token)
    return mine and redis.pcall('PEXPIRE', key, ms) or otherwise
  end,
  release = function(key)
    local mine, otherwise = held(key, word())
    return mine and redis.pcall('DEL', key) or otherwise
  end
}
local done = {}
for i, key in ipairs(KEYS) do
  done[i] = steps[word()](key)
end
return done`;
