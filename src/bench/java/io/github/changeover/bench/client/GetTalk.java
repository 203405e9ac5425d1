package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Requests a page repeatedly on one connection. The content of all responses must be equal. */
final class GetTalk extends Talk {
    private static final byte[] LENGTH = Opening.ascii("\ncontent-length:");
    private final ByteBuffer out;
    private final HeadReader head = new HeadReader();
    private byte[] page;        // the content of the first response; null before it
    private byte[] content;
    private int came;

    GetTalk(String path) {
        out = ByteBuffer.wrap(Opening.ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    @Override
    protected void begin() {
        // the request already exists
    }

    @Override
    protected boolean write() throws IOException {
        channel.write(out);
        return !out.hasRemaining();
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        int at = from;
        if (!head.isWhole()) {
            at = head.take(bytes, from, to);
            if (!head.isWhole()) return;
            int length = length();
            if (content == null || content.length != length) content = new byte[length];
        }
        System.arraycopy(bytes, at, content, came, to - at);
        came += to - at;
        if (came == content.length) next();
    }

    private void next() throws IOException {
        if (page == null) page = content.clone();
        else if (!Arrays.equals(page, content)) throw new IOException("a page came that is another");
        head.clear();
        came = 0;
        out.clear();
        answered(1);
    }

    private int length() throws IOException {
        byte[] bytes = head.bytes();
        if (bytes[9] != '2' || bytes[10] != '0' || bytes[11] != '0') throw new IOException("not 200: " + head);
        for (int i = 0; i < head.length() - LENGTH.length; i++) {
            int same = 0;
            while (same < LENGTH.length && (bytes[i + same] | 0x20 * (Character.isLetter(bytes[i + same]) ? 1 : 0)) == LENGTH[same]) same++;
            if (same == LENGTH.length) return number(bytes, i + same);
        }
        throw new IOException("no Content-Length: " + head);
    }

    private static int number(byte[] bytes, int from) {
        int number = 0;
        for (int i = from; bytes[i] != '\r'; i++) {
            if (bytes[i] != ' ') number = 10 * number + bytes[i] - '0';
        }
        return number;
    }
}
