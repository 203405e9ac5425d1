package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** An HTTP client for one application. */
record ApplicationClient(URI server, String context) {
    static ApplicationClient of(ContainerUnderTest container, String context) {
        return new ApplicationClient(container.http(), context);
    }

    /** Sends a request that offers a protocol. Does not read the response. */
    Wire offer(String path, String token, String... fields) throws IOException {
        return Wire.connect(server).send(RawHttp.upgrade(context + path, token, fields));
    }

    /** The content of a page. Fails if the status is not 200. */
    String page(String path) throws IOException {
        return page(path, new String[0]);
    }

    /** The same, with these header field lines. */
    String page(String path, String... fields) throws IOException {
        String[] all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = "Connection: close";
        try (Wire wire = Wire.connect(server).send(RawHttp.get(context + path, all))) {
            Head head = wire.readHead();
            if (head.status() != 200) throw new AssertionError(path + " answered " + head);
            return wire.readBodyText(head);
        }
    }

    /** Requests a page until its content matches, or until the time has passed. Returns the last content. */
    String pageOnce(Predicate<String> fits, Duration patience, String path) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        String content = page(path);
        while (!fits.test(content) && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
            content = page(path);
        }
        return content;
    }

    /** The status of a request without {@code Upgrade}. */
    int status(String path) throws IOException {
        try (Wire wire = Wire.connect(server).send(RawHttp.get(context + path, "Connection: close"))) {
            return wire.readHead().status();
        }
    }
}
