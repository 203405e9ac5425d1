package io.github.changeover.servlet.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.OriginalResponseReleasedException;
import io.github.changeover.servlet.FakeContainerResponse;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Covers("RFC9110-7.8-16")
class CapturedResponseTest {
    private final FakeContainerResponse real = new FakeContainerResponse();
    private final CapturedResponse captured = new CapturedResponse(real.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);

    private OriginalResponse whole() {
        assertThat(real.calls).isEmpty();
        assertThat(real.body.size()).isZero();
        return ((CaptureOutcome.Complete) captured.outcome()).response();
    }

    private String body() {
        return new String(whole().body().bytes(), StandardCharsets.UTF_8);
    }

    // ---- captured

    @Test
    void responseIsCapturedAndNothingIsSent() throws IOException {
        captured.setStatus(201);
        captured.setContentType("text/plain");
        captured.setHeader("ETag", "\"1\"");
        captured.addHeader("Vary", "Accept");
        captured.addHeader("vary", "Cookie");
        captured.setIntHeader("Age", 7);
        captured.setDateHeader("Last-Modified", 784111777000L);
        captured.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
        captured.flushBuffer();
        OriginalResponse response = whole();
        assertThat(response.status()).isEqualTo(201);
        assertThat(response.fields()).isEqualTo(Fields.of("Content-Type", "text/plain", "ETag", "\"1\"", "Vary", "Accept", "vary", "Cookie",
                "Age", "7", "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"));
        assertThat(response.body().bytes()).asString().isEqualTo("hello");
    }

    @Test
    void emptyResponseIsCaptured() {
        assertThat(whole().status()).isEqualTo(200);
        assertThat(whole().fields()).isEmpty();
        assertThat(whole().body().bytes()).isEmpty();
    }

    @Test
    @Covers({"RFC9110-7.8-19", "RFC9110-7.6.1-02"})
    void hopByHopFieldsAreOmitted() {
        for (String name : List.of("Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade")) {
            captured.setHeader(name, "x");
        }
        captured.setHeader("Connection", "close, X-Secret");
        captured.setHeader("x-secret", "1");
        captured.setHeader("X-Open", "1");
        assertThat(whole().fields()).isEqualTo(Fields.of("X-Open", "1"));
    }

    @Test
    void setHeaderReplacesInPlaceAndNullRemoves() {
        captured.addHeader("A", "1");
        captured.addHeader("B", "1");
        captured.addHeader("a", "2");
        captured.setHeader("a", "3");
        captured.setHeader("b", null);
        captured.addHeader("c", null);
        assertThat(captured.getHeaders("A")).containsExactly("3");
        assertThat(captured.containsHeader("B")).isFalse();
        assertThat(captured.getHeader("B")).isNull();
        assertThat(whole().fields()).isEqualTo(Fields.of("a", "3"));
    }

    @Test
    void fieldsCannotSplitAMessage() {
        captured.setHeader("X", "a\r\nInjected: 1\u20ac");
        assertThat(whole().fields()).isEqualTo(Fields.of("X", "a  Injected: 1 "));
        assertThatIllegalArgumentException().isThrownBy(() -> captured.setHeader("a b", "1"));
    }

    @Test
    void bodyCanBeReadOnce() throws IOException {
        CapturedBody body = new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20)));
        assertThat(body.append(new byte[] {'a'}, 0, 1)).isTrue();
        assertThat(body.bytes()).containsExactly('a');
        assertThatThrownBy(body::bytes).isInstanceOf(OriginalResponseReleasedException.class);
    }

    @Test
    void fieldsAndStatusSetByFiltersAreCaptured() {
        real.headers.put("X-Frame-Options", new ArrayList<>(List.of("DENY")));
        real.status = 203;
        CapturedResponse later = new CapturedResponse(real.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
        assertThat(later.getHeader("x-frame-options")).isEqualTo("DENY");
        OriginalResponse response = ((CaptureOutcome.Complete) later.outcome()).response();
        assertThat(response.fields()).isEqualTo(Fields.of("X-Frame-Options", "DENY"));
        assertThat(response.status()).isEqualTo(203);
    }

    @Test
    void cookieOfANewSessionIsCaptured() {
        captured.addCookie(new Cookie("own", "1"));
        real.headers.put("Set-Cookie", new ArrayList<>(List.of("JSESSIONID=a")));
        assertThat(whole().fields().values("Set-Cookie")).containsExactly("own=1", "JSESSIONID=a");
    }

    // ---- content

    @Test
    void streamAndWriterExcludeEachOther() throws IOException {
        captured.getOutputStream();
        assertThatIllegalStateException().isThrownBy(captured::getWriter);
        captured.reset();
        captured.getWriter();
        assertThat(captured.getWriter()).isSameAs(captured.getWriter());
        assertThatIllegalStateException().isThrownBy(captured::getOutputStream);
    }

    @Test
    void writerSetsTheCharsetFinally() throws IOException {
        captured.setContentType("text/html; charset=UTF-8");
        captured.getWriter().print("\u20ac \ud83d");
        captured.getWriter().print("\ude00");
        captured.setCharacterEncoding("ISO-8859-1");
        captured.setContentType("text/plain;charset=ISO-8859-1");
        assertThat(captured.getContentType()).isEqualTo("text/plain;charset=UTF-8");
        assertThat(body()).isEqualTo("\u20ac \ud83d\ude00");
    }

    @Test
    void charsetDefaultsToThatOfTheContainer() throws IOException {
        captured.setContentType("text/html");
        assertThat(captured.getContentType()).isEqualTo("text/html");
        assertThat(captured.getCharacterEncoding()).isEqualTo("ISO-8859-1");
        captured.getWriter().print("\u00e4");
        assertThat(captured.getContentType()).isEqualTo("text/html;charset=ISO-8859-1");
        assertThat(whole().body().bytes()).containsExactly(0xe4);
    }

    @Test
    void charsetSetByAFilterIsKept() {
        ((jakarta.servlet.http.HttpServletResponse) real.response).setCharacterEncoding("UTF-8");
        CapturedResponse later = new CapturedResponse(real.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
        later.setContentType("text/html");
        assertThat(later.getContentType()).isEqualTo("text/html;charset=UTF-8");
    }

    @Test
    void unknownCharsetThrows() {
        captured.setCharacterEncoding("nonsense-8");
        assertThatThrownBy(captured::getWriter).isInstanceOf(UnsupportedEncodingException.class).hasMessage("nonsense-8");
    }

    @Test
    void resetBufferKeepsTheFieldsAndResetDoesNot() throws IOException {
        captured.setHeader("X", "1");
        PrintWriter writer = captured.getWriter();
        writer.print("lost");
        captured.resetBuffer();
        writer.print("kept");
        assertThat(body()).isEqualTo("kept");
        assertThat(captured.getHeader("X")).isEqualTo("1");
        captured.setStatus(404);
        captured.reset();
        assertThat(captured.getStatus()).isEqualTo(200);
        assertThat(captured.getHeaderNames()).isEmpty();
        assertThat(body()).isEmpty();
    }

    @Test
    void headIsFixedOnceCommitted() throws IOException {
        captured.setHeader("X", "1");
        captured.getWriter().print("one ");
        captured.getWriter().flush();
        assertThat(captured.isCommitted()).isTrue();
        captured.setStatus(500);
        captured.setHeader("X", "2");
        captured.addHeader("X", "2");
        captured.setContentType("image/png");
        captured.setContentLength(3);
        captured.setLocale(Locale.GERMAN);
        captured.addCookie(new Cookie("a", "b"));
        captured.getWriter().print("two");
        assertThatIllegalStateException().isThrownBy(captured::reset);
        assertThatIllegalStateException().isThrownBy(captured::resetBuffer);
        assertThatIllegalStateException().isThrownBy(() -> captured.sendError(500));
        assertThatIllegalStateException().isThrownBy(() -> captured.sendRedirect("/x"));
        assertThat(whole().status()).isEqualTo(200);
        assertThat(whole().fields()).isEqualTo(Fields.of("X", "1"));
        assertThat(body()).isEqualTo("one two");
    }

    @Test
    void bytesWrittenAfterCloseAreDiscarded() throws IOException {
        ServletOutputStream output = captured.getOutputStream();
        output.print("kept");
        output.close();
        output.print("dropped");
        assertThat(body()).isEqualTo("kept");
    }

    @Test
    void bufferSizeCanBeSetBeforeContentOnly() throws IOException {
        assertThat(captured.getBufferSize()).isEqualTo(8192);
        captured.setBufferSize(10);
        assertThat(captured.getBufferSize()).isEqualTo(10);
        captured.getOutputStream().write(1);
        assertThatIllegalStateException().isThrownBy(() -> captured.setBufferSize(20));
    }

    @Test
    void wrongContentLengthIsOmitted() throws IOException {
        captured.setContentLengthLong(5);
        assertThat(captured.getHeader("content-length")).isEqualTo("5");
        assertThat(whole().fields()).isEqualTo(Fields.of("Content-Length", "5"));
        captured.getOutputStream().print("four");
        assertThat(whole().fields()).isEmpty();
        captured.setHeader("Content-Length", "4");
        assertThat(whole().fields()).isEqualTo(Fields.of("Content-Length", "4"));
    }

    @Test
    void localeSetsContentLanguage() {
        captured.setLocale(Locale.CANADA_FRENCH);
        assertThat(captured.getLocale()).isEqualTo(Locale.CANADA_FRENCH);
        assertThat(whole().fields()).isEqualTo(Fields.of("Content-Language", "fr-CA"));
    }

    @Test
    void writeListenerIsCalledOnce() {
        List<String> calls = new ArrayList<>();
        ServletOutputStream output = captured.getOutputStream();
        WriteListener listener = new WriteListener() {
            @Override
            public void onWritePossible() throws IOException {
                calls.add("possible " + output.isReady());
                output.print("hello");
            }

            @Override
            public void onError(Throwable failure) {
                calls.add("error");
            }
        };
        output.setWriteListener(listener);
        assertThat(calls).containsExactly("possible true");
        assertThatIllegalStateException().isThrownBy(() -> output.setWriteListener(listener));
        assertThat(body()).isEqualTo("hello");
    }

    // ---- errors, redirects, cookies

    @Test
    void errorHasAShortText() throws IOException {
        captured.getWriter().print("half a page");
        captured.setContentLength(100);
        captured.setHeader("Content-Encoding", "gzip");
        captured.sendError(404, "No such page");
        captured.getWriter().print("dropped");
        assertThat(captured.isCommitted()).isTrue();
        assertThat(whole().status()).isEqualTo(404);
        assertThat(body()).isEqualTo("404 No such page\n");
        assertThat(whole().fields()).isEqualTo(Fields.of("Content-Type", "text/plain;charset=ISO-8859-1"));
    }

    @Test
    void errorWithoutAMessageHasItsStatusAsText() throws IOException {
        captured.sendError(503);
        assertThat(body()).isEqualTo("503\n");
    }

    @Test
    void redirectReplacesTheContent() throws IOException {
        captured.getOutputStream().print("lost");
        captured.sendRedirect("login?from=here");
        assertThat(whole().status()).isEqualTo(302);
        assertThat(whole().fields()).isEqualTo(Fields.of("Location", "login?from=here"));
        assertThat(whole().body().bytes()).isEmpty();
    }

    @Test
    void redirectsOfServlet61AreSupported() throws IOException {
        captured.getOutputStream().print("kept");
        captured.sendRedirect("/x", 308, false);
        assertThat(whole().status()).isEqualTo(308);
        assertThat(body()).isEqualTo("kept");
        assertThatIllegalArgumentException().isThrownBy(() -> captured.sendRedirect(null, 303));
        assertThatIllegalStateException().isThrownBy(() -> captured.sendRedirect("/y", true));
    }

    @Test
    void cookiesAreWrittenWithTheirAttributes() {
        Cookie cookie = new Cookie("id", "a3f");
        cookie.setDomain("example.com");
        cookie.setPath("/app");
        cookie.setMaxAge(60);
        cookie.setSecure(true);
        cookie.setHttpOnly(true);
        cookie.setAttribute("SameSite", "Lax");
        captured.addCookie(cookie);
        captured.addCookie(new Cookie("empty", null));
        assertThat(captured.getHeaders("set-cookie")).containsExactly(
                "id=a3f; Domain=example.com; Path=/app; Max-Age=60; Secure; HttpOnly; SameSite=Lax", "empty=");
    }

    @Test
    void cookieValuesCannotInjectAttributes() {
        for (String value : List.of("a;b", "a b", "a,b", "a\"b", "a\\b", "\u00e4", "a\n")) {
            assertThatIllegalArgumentException().isThrownBy(() -> captured.addCookie(new Cookie("id", value))).withMessageContaining("id");
        }
        Cookie path = new Cookie("id", "\"quoted\"");
        path.setPath("/;Secure");
        assertThatIllegalArgumentException().isThrownBy(() -> captured.addCookie(path));
    }

    @Test
    void urlsAreEncodedByTheContainer() {
        assertThat(captured.encodeURL("/a")).isEqualTo("/a;jsessionid=1");
        assertThat(captured.encodeRedirectURL("/a")).isEqualTo("/a;jsessionid=1");
    }

    @Test
    void realResponseIsUnavailableDuringCapture() throws IOException {
        assertThat(captured.getResponse()).isNotSameAs(real.response).isNotInstanceOf(ServletResponseWrapper.class);
        assertThatIllegalStateException().isThrownBy(() -> captured.getResponse().flushBuffer());
        captured.passThrough("the test says so");
        assertThat(captured.getResponse()).isSameAs(real.response);
    }

    // ---- passed through

    @Test
    void tooLongResponseIsPassedThroughCompletely() throws IOException {
        captured.setStatus(202);
        captured.setContentType("text/plain");
        captured.setHeader("X", "1");
        captured.addHeader("X", "2");
        captured.addCookie(new Cookie("a", "b"));
        captured.setContentLengthLong(128);
        captured.setTrailerFields(Map::of);
        PrintWriter writer = captured.getWriter();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            writer.print("12345\u00e4 " + (char) ('a' + i));
            expected.append("12345\u00e4 ").append((char) ('a' + i));
            assertThat(real.calls.isEmpty()).isEqualTo(i < 8);
        }
        assertThat(captured.outcome()).isEqualTo(new CaptureOutcome.PassedThrough("the response is longer than 64 bytes"));
        assertThat(real.body.toString(StandardCharsets.ISO_8859_1)).isEqualTo(expected.toString());
        assertThat(real.status).isEqualTo(202);
        assertThat(real.type()).isEqualTo("text/plain;charset=ISO-8859-1");
        assertThat(real.headers).containsEntry("X", List.of("1", "2")).containsEntry("Set-Cookie", List.of("a=b"));
        assertThat(real.length()).isEqualTo(128);
        assertThat(captured.getTrailerFields()).isNotNull();
        assertThat(real.committed).isFalse();
    }

    @Test
    void responseOfExactlyTheLimitIsCaptured() throws IOException {
        captured.getOutputStream().write(new byte[64]);
        assertThat(whole().body().length()).isEqualTo(64);        // not read: reading releases the content
        captured.getOutputStream().write(0);
        assertThat(real.body.size()).isEqualTo(65);
    }

    @Test
    void capturedBodyIsReadOnceAndReleased() throws IOException {
        captured.getOutputStream().write(new byte[64]);
        OriginalResponse.Body body = whole().body();
        assertThat(body.bytes()).hasSize(64);
        assertThat(body.length()).isEqualTo(64);
        assertThatThrownBy(body::bytes).isInstanceOf(IllegalStateException.class).hasMessageContaining("read already");
    }

    @Test
    void tooLongWriteIsPassedThrough() throws IOException {
        captured.getOutputStream().write(new byte[65]);
        assertThat(real.body.size()).isEqualTo(65);
    }

    @Test
    void afterPassThroughCallsReachTheRealResponse() throws IOException {
        captured.getOutputStream().print("a");
        captured.passThrough("first");
        captured.passThrough("second");
        assertThat(captured.outcome()).isEqualTo(new CaptureOutcome.PassedThrough("first"));
        captured.setStatus(500);
        captured.setHeader("Y", "1");
        captured.addCookie(new Cookie("c", "d"));
        captured.getOutputStream().print("b");
        assertThat(captured.isCommitted()).isFalse();
        captured.flushBuffer();
        assertThat(captured.isCommitted()).isTrue();
        assertThat(real.committed).isTrue();
        assertThat(real.status).isEqualTo(500);
        assertThat(captured.getStatus()).isEqualTo(500);
        assertThat(real.headers).containsKeys("Y", "Set-Cookie");
        assertThat(real.text()).isEqualTo("ab");
    }

    @Test
    void writerAfterPassThroughSetsItsCharset() throws IOException {
        captured.passThrough("async");
        captured.setContentType("text/html");
        captured.setCharacterEncoding("UTF-8");
        captured.getWriter().print("\u20ac");
        assertThat(real.text()).isEqualTo("\u20ac");
        assertThat(real.type()).isEqualTo("text/html;charset=UTF-8");
        assertThatIllegalStateException().isThrownBy(captured::getOutputStream);
    }

    @Test
    void writeListenerAfterPassThroughIsSetOnTheRealResponse() throws IOException {
        ServletOutputStream output = captured.getOutputStream();
        captured.passThrough("async");
        WriteListener listener = new WriteListener() {
            @Override
            public void onWritePossible() {
                throw new AssertionError("the container calls");
            }

            @Override
            public void onError(Throwable failure) {
            }
        };
        output.setWriteListener(listener);
        assertThat(real.listener).isSameAs(listener);
        assertThat(output.isReady()).isFalse();
    }

    @Test
    void passThroughRepeatsFlushAndClose() throws IOException {
        captured.getOutputStream().print("a");
        captured.getOutputStream().flush();
        assertThat(real.committed).isFalse();
        captured.passThrough("async");
        assertThat(real.committed).isTrue();
        captured.getOutputStream().close();
        assertThat(real.closed).isTrue();

        FakeContainerResponse other = new FakeContainerResponse();
        CapturedResponse redirecting = new CapturedResponse(other.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
        redirecting.sendRedirect("/x");
        redirecting.passThrough("the switch failed");
        assertThat(other.status).isEqualTo(302);
        assertThat(other.headers).containsEntry("Location", List.of("/x"));
        assertThat(other.closed).isTrue();
    }

    @Test
    void passThroughRepeatsReset() throws IOException {
        real.headers.put("X-Filter", new ArrayList<>(List.of("1")));
        CapturedResponse later = new CapturedResponse(real.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
        later.reset();
        later.setHeader("X-Own", "1");
        later.passThrough("async");
        assertThat(real.headers).containsOnlyKeys("X-Own");
        later.reset();
        assertThat(real.headers).isEmpty();
    }

    @Test
    void passThroughKeepsTheSessionCookieOfTheContainer() throws IOException {
        captured.addCookie(new Cookie("own", "1"));
        real.headers.put("Set-Cookie", new ArrayList<>(List.of("JSESSIONID=a")));
        captured.passThrough("async");
        assertThat(real.headers).containsEntry("Set-Cookie", List.of("JSESSIONID=a", "own=1"));
    }

    @Test
    void errorsAndRedirectsAfterPassThroughReachTheRealResponse() throws IOException {
        captured.passThrough("async");
        captured.sendRedirect("/x", 307, true);
        assertThat(real.status).isEqualTo(307);
        assertThat(real.headers).containsEntry("Location", List.of("/x"));
        FakeContainerResponse other = new FakeContainerResponse();
        CapturedResponse failing = new CapturedResponse(other.response, new CapturedBody(64, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
        failing.passThrough("async");
        failing.sendError(410, "Gone");
        assertThat(other.calls).endsWith("sendError");
    }
}
