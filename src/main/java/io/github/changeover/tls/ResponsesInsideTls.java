package io.github.changeover.tls;

import io.github.changeover.http.MediaType;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler.PipelineConnection;
import io.github.changeover.spi.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** The response to one request inside TLS. The dispatcher calls it on its own thread. The response is written inside the pipeline. */
final class ResponsesInsideTls implements StreamDispatcher.ResponseReceiver {
    private final ChannelHandlerContext context;
    private final PipelineConnection inside;
    private final HttpRequest request;
    private final Runnable onComplete;
    private StreamDispatcher.RequestContent sending = StreamDispatcher.RequestContent.DISCARD;
    private boolean headSent, requestComplete, complete, contentNotAcknowledged, closes;

    ResponsesInsideTls(ChannelHandlerContext context, PipelineConnection inside, HttpRequest request, Runnable onComplete) {
        this.context = context;
        this.inside = inside;
        this.request = request;
        this.onComplete = onComplete;
        this.closes = !HttpUtil.isKeepAlive(request);
    }

    /** Sends a response with the reason and closes the connection. */
    static void last(ChannelHandlerContext context, int status, String reason) {
        HttpResponse response = textResponse(status, reason);
        HttpUtil.setKeepAlive(response, false);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static FullHttpResponse textResponse(int status, String reason) {
        ByteBuf text = Unpooled.copiedBuffer(reason + "\n", StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), text);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, MediaType.PLAIN_TEXT).set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes());
        return response;
    }

    static HttpResponse head(int status, Fields fields) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        add(fields, head.headers());
        return head;
    }

    private static void add(Fields fields, HttpHeaders headers) {
        for (Fields.Line line : fields) headers.add(line.name(), new AsciiString(line.value()));
    }

    void attach(StreamDispatcher.RequestContent dispatched) {
        sending = dispatched;
    }

    boolean closes() {
        return closes;
    }

    void continueRequest() {
        context.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }

    void reject(int status, String reason) {
        FullHttpResponse response = textResponse(status, reason);
        if (!requestComplete) closes = true;        // the content of the request is not read
        headSent = true;
        if (closes) HttpUtil.setKeepAlive(response, false);
        context.writeAndFlush(request.method().equals(HttpMethod.HEAD) ? response.replace(Unpooled.EMPTY_BUFFER) : response);
        complete();
    }

    /** The request has been received completely. */
    void requestComplete() {
        requestComplete = true;
        if (complete) onComplete.run();
    }

    private void complete() {
        complete = true;
        if (requestComplete || closes) onComplete.run();
    }

    private void write(HttpResponse head, boolean bare) {
        headSent = true;
        boolean length = head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        if (!bare && !length && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        else if (!bare && !length) closes = true;
        if (closes) HttpUtil.setKeepAlive(head, false);
        context.write(head);
        if (!bare) {
            context.flush();
            return;
        }
        context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        complete();
    }

    /** The client can receive more: requests more content from the dispatcher. */
    void writable() {
        if (!contentNotAcknowledged) return;
        contentNotAcknowledged = false;
        sending.more();
    }

    // ---- called by the dispatcher

    @Override
    public void head(int status, Fields fields, boolean last) {
        inside.execute(() -> write(head(status, fields), last));
    }

    @Override
    public void content(byte[] bytes) {
        inside.execute(() -> {
            context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
            contentNotAcknowledged = true;
            if (context.channel().isWritable()) writable();
        });
    }

    @Override
    public void end(Fields trailers) {
        inside.execute(() -> {
            LastHttpContent end = new DefaultLastHttpContent();
            add(trailers, end.trailingHeaders());
            context.writeAndFlush(end);
            complete();
        });
    }

    @Override
    public void failed(int status, String reason) {
        inside.execute(() -> {
            if (!headSent) {
                reject(status, reason);
            } else {
                closes = true;      // the response is incomplete: the client must not treat it as complete
                complete();
            }
        });
    }
}
