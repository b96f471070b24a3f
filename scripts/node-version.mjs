/* No dependency and no recent syntax: an old Node must get as far as the message. */
const needed = [20, 11];
const have = process.versions.node.split('.').map(Number);

if (have[0] < needed[0] || (have[0] === needed[0] && have[1] < needed[1])) {
  console.error(`Iommuscope needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}.`);
  console.error('Install a newer Node from https://nodejs.org and run the command again.');
  process.exit(1);
}
