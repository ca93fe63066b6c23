import { type FSWatcher, watch } from 'node:fs'
import { type AskedUrls, shownUrl } from './asked-urls.ts'

/** URLs that one session may ask a person to open. */
const MAX_URLS = 10
/** Between two looks: a server that never stops writing keeps nobody busy. */
const PAUSE_MS = 500
/** Where nothing tells of a change: in a folder that an engine shares with another kernel, say. */
const POLL_MS = 2000

export interface TellUrlsOptions {
  readonly say: (line: string) => void
  /** Tells the client. */
  readonly notify: (url: string) => void
}

/**
 * Tells of each URL that the server wants opened in a browser. Nothing is ever opened here: a person reads it
 * and decides. Returns what ends it, after a last look.
 */
export function tellUrls(asked: AskedUrls, { say, notify }: TellUrlsOptions): () => void {
  let told = 0
  let refused = false
  let over = false
  const look = (): void => {
    for (const line of over ? [] : asked.read()) {
      const url = shownUrl(line)
      if (url === null) {
        if (!refused) say('the server asked for something to be opened that is no plain http or https URL')
        refused = true
      } else if (told++ < MAX_URLS) {
        say(`the server asks you to open: ${url}`)
        notify(url)
      } else {
        say(`the server asks for more than ${MAX_URLS} URLs to be opened: the rest is not shown`)
        over = true
        break
      }
    }
    over ||= asked.full
  }
  const stop = whenChanged(asked.folder, () => {
    look()
    return !over
  })
  return () => {
    stop()
    look()
    asked.remove()
  }
}

/** Looks when something in the folder has changed, and every so often: not every file system tells, nor has every kernel a watch left. */
function whenChanged(folder: string, look: () => boolean): () => void {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => {
    watcher?.close()
    clearTimeout(timer)
    clearInterval(polling)
  }
  const lookOrStop = (): boolean => {
    const more = look()
    if (!more) stop()
    return more
  }
  const rest = (): void => {
    watcher?.close()
    timer = setTimeout(begin, PAUSE_MS).unref()
  }
  const begin = (): void => {
    try {
      watcher = watch(folder, { persistent: false })
      watcher.once('change', () => void (lookOrStop() && rest()))
      watcher.once('error', () => watcher?.close())
    } catch {
      watcher = undefined
    }
    // What came before there was a watch.
    lookOrStop()
  }
  const polling = setInterval(lookOrStop, POLL_MS).unref()
  begin()
  return stop
}
