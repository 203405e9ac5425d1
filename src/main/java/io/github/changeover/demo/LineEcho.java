package io.github.changeover.demo;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** Implements {@code example/1}: see {@link ExampleLines}. It stores no bytes between lines. */
final class LineEcho implements ConnectionHandler.Events {
    static final int MAX_LINE = 8192;
    private static final byte[] QUIT = ascii("QUIT");
    private static final byte[] BYE = ascii("BYE\r\n");
    private static final byte[] TOO_LONG = ascii("ERR a line has at most " + MAX_LINE + " bytes\r\n");
    private static final byte[] NOTHING = {};

    private byte[] partial = NOTHING;   // a line without its LF
    private boolean ended;

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        // Sends all lines of a burst with one call, so that a queue of any size can report in time that it is full.
        ByteArrayOutputStream output = new ByteArrayOutputStream(partial.length + bytes.remaining() + 16);
        while (bytes.hasRemaining() && !ended) {
            byte[] line = nextLine(bytes);
            if (line != null) {
                respond(line, output);
            } else if (tooLong()) {
                end(TOO_LONG, output);
            }
        }
        if (output.size() > 0 && !connection.send(ByteBuffer.wrap(output.toByteArray()))) {
            connection.pause();
        }
        if (ended) {
            connection.close();
        }
    }

    /** Returns the next line without its end. If its LF has not arrived, stores the received part and returns null. */
    private byte[] nextLine(ByteBuffer bytes) {
        int start = bytes.position();
        int end = start;
        int limit = start + Math.min(bytes.remaining(), MAX_LINE + 2 - partial.length);     // includes CR and LF
        while (end < limit && bytes.get(end) != '\n') end++;
        byte[] line = Arrays.copyOf(partial, partial.length + end - start);
        bytes.get(line, partial.length, end - start);
        if (end == limit) {
            partial = line;
            return null;
        }
        bytes.get();   // the LF
        partial = NOTHING;
        boolean cr = line.length > 0 && line[line.length - 1] == '\r';
        return cr ? Arrays.copyOf(line, line.length - 1) : line;
    }

    private void respond(byte[] line, ByteArrayOutputStream output) {
        if (line.length > MAX_LINE) {
            end(TOO_LONG, output);
        } else if (Arrays.equals(line, QUIT)) {
            end(BYE, output);
        } else {
            output.writeBytes(line);
            output.write('\r');
            output.write('\n');
        }
    }

    /** Returns whether the stored part can no longer become a valid line, whatever byte follows. */
    private boolean tooLong() {
        return partial.length > MAX_LINE + 1 || partial.length == MAX_LINE + 1 && partial[MAX_LINE] != '\r';
    }

    private void end(byte[] last, ByteArrayOutputStream output) {
        ended = true;
        partial = NOTHING;
        output.writeBytes(last);
    }

    @Override
    public void writable(SwitchedConnection connection) {
        connection.resume();
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        if (ended) return;
        ended = true;
        connection.send(ByteBuffer.wrap(BYE));
        connection.close(CloseCause.of(CloseCause.Kind.DRAINED, "said BYE"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
