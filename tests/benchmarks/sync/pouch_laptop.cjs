// What a PouchDB laptop does, as a process of its own: node pouch_laptop.cjs MODULES WORK FOLDER URL [name=value …]
//   load file=…   every record as a document (not part of any sync time)
//   sync [settle=1] [edit=N tag=…] [times=N] [pull=0] [push=0] [kept=TAG,TAG]
//                 bring it up to date first (not timed), give the first N appointments another place, then replicate so
//                 many times, in batches of 1,000 (the default of 100 is slower); then of how many of those appointments
//                 every tagged edit is still there, as the winner or as a conflicting revision
const fs = require('fs'), path = require('path');
const [, , modules, work, folder, url, ...given] = process.argv;
const options = Object.fromEntries(given.map(each => each.split(/=(.*)/s).slice(0, 2)));
const PouchDB = require(path.join(modules, 'pouchdb-node'));

const doing = {
  async load(db) {
    const lines = fs.readFileSync(options.file, 'utf8').trim().split('\n').map(line => JSON.parse(line));
    await db.bulkDocs(lines.map(({ id, ...rest }) => ({ _id: id, ...rest })));
    return { n: lines.length };
  },
  async sync(db) {
    const seconds = [], cpu = [], how = { batch_size: 1000, batches_limit: 10 };
    const replicate = async () => {
      if (options.push !== '0') await db.replicate.to(url, how);
      if (options.pull !== '0') await db.replicate.from(url, how);
    };
    if (options.settle) await replicate();
    if (options.edit) {
      const docs = await first(db);
      for (const doc of docs) doc.body.place = `[${options.tag}] ${doc.body.place}`;
      await db.bulkDocs(docs);
    }
    for (let n = 0; n < +(options.times || 1); n++) {
      const began = process.hrtime.bigint(), busy = process.cpuUsage();
      await replicate();
      const { user, system } = process.cpuUsage(busy);
      cpu.push((user + system) / 1e6);
      seconds.push(Number(process.hrtime.bigint() - began) / 1e9);
    }
    const said = { documents: (await db.info()).doc_count };
    if (options.kept) {
      const tags = options.kept.split(',').map(tag => `[${tag}]`);
      said.kept = 0;
      for (const { _id } of await first(db)) {
        const winner = await db.get(_id, { conflicts: true });
        const losers = await Promise.all((winner._conflicts || []).map(rev => db.get(_id, { rev })));
        if (tags.every(tag => [winner, ...losers].some(doc => doc.body.place.startsWith(tag)))) said.kept++;
      }
    }
    return { s: seconds[0], again_s: seconds.slice(1), cpu_s: cpu[0], again_cpu_s: cpu.slice(1), ...said };
  },
};

async function first(db) {
  const all = (await db.allDocs({ include_docs: true })).rows.map(row => row.doc);
  return all.filter(doc => doc.collection === 'appointment').slice(0, +options.edit);
}

(async () => {
  const db = new PouchDB(folder);
  await db.info();
  const said = await doing[work](db);
  await db.close();
  let peak = null;
  try { peak = +fs.readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)[1] / 1024; } catch { /* not Linux */ }
  console.log(JSON.stringify({ ...said, rss_mb: peak }));
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
