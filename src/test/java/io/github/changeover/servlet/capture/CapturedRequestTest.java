package io.github.changeover.servlet.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.servlet.FakeContainerResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CapturedRequestTest {
    private final FakeContainerResponse real = new FakeContainerResponse();
    private final CapturedResponse captured = new CapturedResponse(real.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
    private final Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private boolean asyncAllowed = true;
    private String encoding;

    private CapturedRequest request(String... namesAndValues) {
        return request(Optional.empty(), namesAndValues);
    }

    private CapturedRequest request(Optional<byte[]> content, String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.computeIfAbsent(namesAndValues[i], any -> new ArrayList<>()).add(namesAndValues[i + 1]);
        }
        HttpServletRequest request = (HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServletRequest.class}, this::invoke);
        return new CapturedRequest(request, captured, content);
    }

    private Object invoke(Object self, Method method, Object[] given) {
        return switch (method.getName()) {
            case "getHeaders" -> Collections.enumeration(fields.getOrDefault((String) given[0], List.of()));
            case "getHeader" -> fields.getOrDefault((String) given[0], List.of()).stream().findFirst().orElse(null);
            case "getHeaderNames" -> Collections.enumeration(fields.keySet());
            case "getDateHeader" -> 1000L;
            case "getContentType" -> fields.getOrDefault("Content-Type", List.of()).stream().findFirst().orElse(null);
            case "getCharacterEncoding" -> encoding;
            case "getContentLength" -> 99;
            case "getContentLengthLong" -> 99L;
            case "getMethod" -> "POST";
            case "getParameterMap" -> Map.of("q", new String[] {"query"});
            case "startAsync" -> {
                if (!asyncAllowed) throw new IllegalStateException("not supported");
                yield Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {AsyncContext.class}, (p, m, a) -> null);
            }
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    private static Optional<byte[]> content(String text) {
        return Optional.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Covers({"RFC9110-7.8-19", "RFC9110-7.6.1-02", "RFC9110-7.6.1-01"})
    void hopByHopFieldsAreHidden() {
        CapturedRequest request = request("Host", "a", "Upgrade", "h2c", "Connection", "Upgrade, HTTP2-Settings", "Connection", " ,X-Secret ,",
                "HTTP2-Settings", "AA", "x-secret", "1", "Keep-Alive", "5", "X-Open", "1");
        for (String name : List.of("upgrade", "CONNECTION", "Http2-Settings", "X-SECRET", "keep-alive")) {
            assertThat(request.getHeader(name)).isNull();
            assertThat(request.getHeaders(name).hasMoreElements()).isFalse();
            assertThat(request.getIntHeader(name)).isEqualTo(-1);
            assertThat(request.getDateHeader(name)).isEqualTo(-1);
        }
        assertThat(Collections.list(request.getHeaderNames())).containsExactly("Host", "X-Open");
        assertThat(request.getHeader("x-open")).isEqualTo("1");
        assertThat(request.getIntHeader("x-open")).isEqualTo(1);
        assertThat(request.getDateHeader("x-open")).isEqualTo(1000);
    }

    @Test
    void connectionOptionsCannotHideHostOrContentLength() {
        CapturedRequest request = request("Host", "a", "Content-Length", "3", "Connection", "host, content-length");
        assertThat(request.getHeader("Host")).isEqualTo("a");
        assertThat(request.getHeader("Content-Length")).isEqualTo("3");
    }

    @Test
    void upgradeIsRejected() {
        assertThatIllegalStateException().isThrownBy(() -> request().upgrade(HttpUpgradeHandler.class)).withMessageContaining("upgrade()");
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void asynchronousProcessingEndsTheCapture() {
        captured.setHeader("X", "1");
        assertThat(request().startAsync()).isNotNull();
        assertThat(captured.outcome()).isEqualTo(new CaptureOutcome.PassedThrough("the application processes the request asynchronously"));
        assertThat(real.headers).containsKey("X");
    }

    @Test
    void asynchronousProcessingWithWrappersEndsTheCapture() {
        CapturedRequest request = request();
        request.startAsync(request, captured);
        assertThat(captured.outcome()).isInstanceOf(CaptureOutcome.PassedThrough.class);
    }

    @Test
    void captureContinuesIfAsyncIsNotSupported() {
        asyncAllowed = false;
        CapturedRequest request = request();
        assertThatIllegalStateException().isThrownBy(request::startAsync);
        assertThat(captured.outcome()).isInstanceOf(CaptureOutcome.Complete.class);
    }

    // ---- content that was already read

    @Test
    void contentCanBeReadAgain() throws IOException {
        CapturedRequest request = request(content("hello"), "Transfer-Encoding", "chunked", "Expect", "100-continue");
        assertThat(request.getContentLength()).isEqualTo(5);
        assertThat(request.getContentLengthLong()).isEqualTo(5);
        assertThat(request.getHeader("content-length")).isEqualTo("5");
        assertThat(Collections.list(request.getHeaderNames())).containsExactly("Content-Length");
        assertThat(request.getInputStream().readAllBytes()).asString().isEqualTo("hello");
        assertThat(request.getInputStream().isFinished()).isTrue();
        assertThatIllegalStateException().isThrownBy(request::getReader);
    }

    @Test
    void readerExcludesTheStream() throws IOException {
        CapturedRequest request = request(content("one\ntwo"));
        assertThat(request.getReader().readLine()).isEqualTo("one");
        assertThat(request.getReader().readLine()).isEqualTo("two");
        assertThatIllegalStateException().isThrownBy(request::getInputStream);
    }

    @Test
    void emptyContentHasNoLength() {
        assertThat(request(content("")).getContentLength()).isEqualTo(-1);
        assertThat(request(content(""), "Content-Length", "0").getContentLength()).isZero();
        assertThat(request().getContentLength()).isEqualTo(99);
    }

    @Test
    void formFieldsAreParameters() throws IOException {
        CapturedRequest request = request(content("a=1&q=f%C3%B6rm&&a=2+3&b&%zz=%"), "Content-Type", "Application/x-www-form-urlencoded; x=y");
        encoding = "UTF-8";
        assertThat(request.getParameterValues("a")).containsExactly("1", "2 3");
        assertThat(request.getParameterValues("q")).containsExactly("query", "f\u00f6rm");
        assertThat(request.getParameter("q")).isEqualTo("query");
        assertThat(request.getParameter("b")).isEmpty();
        assertThat(request.getParameter("%zz")).isEqualTo("%");
        assertThat(request.getParameter("none")).isNull();
        assertThat(Collections.list(request.getParameterNames())).containsExactlyInAnyOrder("q", "a", "b", "%zz");
        assertThat(request.getInputStream().readAllBytes()).isEmpty();
    }

    /** Servlet 6.0 section 3.12, and the behaviour of Tomcat and Payara. */
    @Test
    void formWithoutAnEncodingIsLatin1() {
        assertThat(request(content("n=%C3%B6"), "Content-Type", "application/x-www-form-urlencoded").getParameter("n")).isEqualTo("\u00c3\u00b6");
    }

    @Test
    void formReadAsAStreamHasNoParameters() throws IOException {
        CapturedRequest request = request(content("a=1"), "Content-Type", "application/x-www-form-urlencoded");
        request.getInputStream();
        assertThat(request.getParameterMap()).containsOnlyKeys("q");
        assertThat(request.getInputStream().readAllBytes()).asString().isEqualTo("a=1");
    }

    @Test
    void otherContentTypesAreNotForms() {
        assertThat(request(content("a=1"), "Content-Type", "text/plain").getParameterMap()).containsOnlyKeys("q");
        assertThat(request(content("a=1")).getParameterMap()).containsOnlyKeys("q");
    }

    @Test
    void partsAreNotSupported() {
        assertThatThrownBy(() -> request(content("")).getParts()).isInstanceOf(ServletException.class).hasMessageContaining("stream");
        assertThatThrownBy(() -> request(content("")).getPart("a")).isInstanceOf(ServletException.class);
    }

    @Test
    void readListenerReceivesDataAndEnd() throws IOException {
        CapturedRequest request = request(content("abc"));
        List<String> calls = new ArrayList<>();
        request.getInputStream().setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                calls.add(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }

            @Override
            public void onAllDataRead() {
                calls.add("end");
            }

            @Override
            public void onError(Throwable failure) {
                calls.add("error");
            }
        });
        assertThat(calls).containsExactly("abc", "end");
    }

    @Test
    void otherMethodsDelegateToTheContainer() {
        assertThat(request().getMethod().toLowerCase(Locale.ROOT)).isEqualTo("post");
    }
}
