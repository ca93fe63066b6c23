import { parentPort, workerData } from 'node:worker_threads'
import { runCheckpoints } from './checkpoint-thread.ts'
import type { CheckpointTask, WriteTask } from './messages.ts'
import { runWriter } from './writer-thread.ts'

// The entry of both threads of a journal: one writes, told where by its first message, so that it can be started
// before that is known; and one, started when there is much, checkpoints.
if (parentPort === null) throw new Error('the store worker runs as a worker thread only')
const port = parentPort
if (workerData === null) port.once('message', (task: WriteTask) => runWriter(port, task))
else runCheckpoints(port, workerData as CheckpointTask)
