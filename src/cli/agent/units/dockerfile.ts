import { INSIDE, keptFolders } from './container';
import type { AgentNeeds } from './needs';

/**
 * A Dockerfile for an image of the agent, since none is published.
 *
 * @param needs by the paths inside
 * @param folder absolute folder of the installed program: the one with `dist` in it
 */
export function dockerfile(image: string, needs: AgentNeeds, folder: string): string {
  const { program, home, port, uid } = INSIDE;
  const folders = keptFolders(needs).map(({ path }) => shellWord(path));
  return `# An image of Cluster Backup. The program is the one that printed this file:
#   docker build -t ${image} -f Dockerfile ${shellWord(folder)}
# Then push it to where your machines pull from.
ARG BASE=node:22-bookworm-slim
FROM \${BASE}
COPY dist ${program}/dist
# A new volume takes owner and mode from here.
RUN for folder in ${folders.join(' ')}; do \\
      mkdir -p "$folder" && chown ${uid}:${uid} "$folder" && chmod 700 "$folder" || exit 1; \\
    done
USER ${uid}:${uid}
ENV CLUSTER_BACKUP_HOME=${home} HOME=${home}
EXPOSE ${port}
ENTRYPOINT ["node", "${program}/dist/cli.js"]
CMD ["agent"]
`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
