package io.github.changeover.it.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The sockets of a process, on Linux. */
final class LocalSockets {
    private static final String LISTEN = "0A", NOT_CONNECTED = "07";
    private static final int LOCAL = 1, STATE = 3, INODE = 9;      // columns of /proc/net/tcp

    private LocalSockets() {
    }

    /** TCP sockets that listen elsewhere, and UDP sockets that anybody can send to. As in /proc/net: the address is hexadecimal, in the order of the machine. */
    static List<String> notOnLoopback(long pid) throws IOException {
        Path process = Path.of("/proc/" + pid);
        Set<String> own = inodes(process);
        List<String> found = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            String state = table.startsWith("tcp") ? LISTEN : NOT_CONNECTED;
            for (String line : Files.readAllLines(process.resolve("net").resolve(table))) {
                String[] columns = line.strip().split("\\s+");
                if (!columns[STATE].equals(state) || !own.contains(columns[INODE])) continue;
                if (table.startsWith("udp") || !isLoopback(columns[LOCAL])) found.add(table + " " + columns[LOCAL]);
            }
        }
        return found;
    }

    private static boolean isLoopback(String address) {
        return address.matches("([0]{16}FFFF0000)?0100007F:.*|0{24}01000000:.*");
    }

    private static Set<String> inodes(Path process) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) inodes.add(target.substring("socket:[".length(), target.length() - 1));
                } catch (NoSuchFileException closed) {
                    // closed meanwhile
                }
            }
        }
        return inodes;
    }
}
