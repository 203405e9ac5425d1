package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("S10, C16: a connection ends with its HTTP session, whenever that ends")
class HttpSessionEndsTest {
    private final List<String> ended = new ArrayList<>();
    private final HttpSessionEnds sessions = new HttpSessionEnds();

    private HttpSessionEnds.SessionEndTask expect(String session, long negotiated, String name) {
        return sessions.runAtEnd(session, negotiated, () -> ended.add(name));
    }

    private static HttpSessionEvent event(String id) {
        return new HttpSessionEvent((HttpSession) Proxy.newProxyInstance(HttpSession.class.getClassLoader(), new Class<?>[] {HttpSession.class}, (self, method, arguments) -> id));
    }

    @Test
    void logoutBetweenHandshakeAndOpeningEndsTheConnection() {
        long negotiated = sessions.negotiating();
        sessions.loggedOut("a");
        expect("a", negotiated, "of a");
        expect("b", negotiated, "of b");
        assertThat(ended).containsExactly("of a");
    }

    @Test
    void logoutAfterAChangedSessionIdEndsTheConnection() {
        long negotiated = sessions.negotiating();
        sessions.sessionIdChanged(event("b"), "a");
        sessions.loggedOut("b");
        expect("a", negotiated, "of a");
        assertThat(ended).containsExactly("of a");
    }

    @Test
    void logoutBeforeTheHandshakeIsIgnored() {
        sessions.negotiating();
        sessions.loggedOut("a");
        expect("a", sessions.negotiating() + 1, "of a");
        assertThat(ended).isEmpty();
        sessions.sessionDestroyed(event("a"));
        assertThat(ended).containsExactly("of a");
    }

    @Test
    void changedSessionIdIsFollowedWhileOpen() {
        HttpSessionEnds.SessionEndTask forgotten = expect("a", sessions.negotiating(), "of the forgotten");
        expect("a", sessions.negotiating(), "of a");
        sessions.sessionIdChanged(event("b"), "a");
        sessions.cancel(forgotten);
        sessions.loggedOut("a");
        assertThat(ended).isEmpty();
        sessions.loggedOut("b");
        assertThat(ended).containsExactly("of a");
    }
}
