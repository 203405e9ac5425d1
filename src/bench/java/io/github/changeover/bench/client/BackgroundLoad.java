package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Runs clients on a thread of its own while the delay of other clients is measured. */
final class BackgroundLoad implements AutoCloseable {
    private static final Duration SLICE = Duration.ofMillis(20);
    private final Load load;
    private final Thread thread = new Thread(this::run, "background-load");
    private volatile boolean stopped;
    private volatile IOException failure;

    private BackgroundLoad(Load load) {
        this.load = load;
    }

    static BackgroundLoad start(InetSocketAddress server, Kind kind) throws IOException {
        BackgroundLoad background = new BackgroundLoad(Load.connected(server, kind));
        background.thread.setDaemon(true);
        background.thread.start();
        return background;
    }

    private void run() {
        try {
            while (!stopped) load.go(SLICE);
        } catch (IOException wrong) {
            failure = wrong;
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        load.close();
        if (failure != null) throw failure;
    }
}
