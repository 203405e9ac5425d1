package io.github.changeover.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPathsTest {
    private final OwnPaths app = new OwnPaths("/app", path -> !path.startsWith("/app/admin"));
    private final OwnPaths root = new OwnPaths("", path -> !path.startsWith("/manager"));

    @ParameterizedTest
    @ValueSource(strings = {"/app", "/app/", "/app/page", "/app/a;v=1/b", "/app/%20", "/%61pp/x", "/app/..x", "/app/a+b", "/app//x"})
    void theApplicationsOwn(String path) {
        assertThat(app.objection(path)).isEmpty();
        assertThat(root.objection(path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/other", "/application", "/app/admin", "/app/adm%69n/x", "/app/../other", "/app/%2e%2e/other", "/app/.%2E;a/other", "/app/..;/other",
            "/app/%2f..%2fother", "/app/..%5cother", "/app/..\\other", "/app/%", "/app/%zz", "/app/%3b/../x", "/app/%00", "/app/./x", "//app/x", "/;x/app"})
    void anyOtherIsRefused(String path) {
        assertThat(app.objection(path)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/manager/html", "/%6danager/html", "/manager;x/html"})
    void whatTheContainerGivesToAnotherIsNotTheRoots(String path) {
        assertThat(root.objection(path)).isNotEmpty();
    }
}
