package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A handler that records its callbacks, and whether two of them ever ran at the same time. Tests override its
 * {@code on} methods.
 */
class RecordingHandler implements ConnectionHandler.Events {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final AtomicInteger inside = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile CloseCause cause;

    void onOpened(SwitchedConnection connection) {
    }

    void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
    }

    void onWritable(SwitchedConnection connection) {
    }

    void onEnded(SwitchedConnection connection) {
        connection.close();
    }

    void onDrain(SwitchedConnection connection) {
        connection.close();
    }

    void onClosed(SwitchedConnection connection) {
    }

    void record(String event) {
        events.add(event);
    }

    /** Runs a callback and records it; as OVERLAP if another one is running. */
    void runAndRecord(String event, Runnable callback) {
        if (inside.incrementAndGet() != 1) events.add("OVERLAP");
        if (!event.isEmpty()) events.add(event);
        try {
            callback.run();
        } finally {
            inside.decrementAndGet();
        }
    }

    List<String> events() {
        return events;
    }

    synchronized String text() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized byte[] bytes() {
        return received.toByteArray();
    }

    CloseCause cause() {
        return cause;
    }

    CloseCause.Kind kind() {
        return cause == null ? null : cause.kind();
    }

    boolean awaitClosed() throws InterruptedException {
        return over.await(10, TimeUnit.SECONDS);
    }

    @Override
    public final void opened(SwitchedConnection connection) {
        runAndRecord("opened", () -> onOpened(connection));
    }

    @Override
    public final void received(SwitchedConnection connection, ByteBuffer bytes) {
        runAndRecord("", () -> {
            onReceived(connection, bytes);
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            synchronized (this) {
                received.writeBytes(copy);
            }
        });
    }

    @Override
    public final void writable(SwitchedConnection connection) {
        runAndRecord("writable", () -> onWritable(connection));
    }

    @Override
    public final void ended(SwitchedConnection connection) {
        runAndRecord("ended", () -> onEnded(connection));
    }

    @Override
    public final void drain(SwitchedConnection connection, Duration grace) {
        runAndRecord("drain", () -> onDrain(connection));
    }

    @Override
    public final void closed(SwitchedConnection connection, CloseCause why) {
        cause = why;
        try {
            runAndRecord("closed", () -> onClosed(connection));
        } finally {
            over.countDown();
        }
    }
}
