package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ChildProcess;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.it.container.TomcatOnly;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpOptions;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.ssl.SSLContextBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks TLS by upgrade with external clients. */
@OnContainer
class TlsClientsIT {
    private static final String CUPS = Path.of(System.getProperty("changeover.basedir", ""), "src/test/clients/cups.py").toString();
    private static URI base;

    private static War war(String name, String path) {
        return War.with(name).app("inner").protocolLibraries().set("changeover.path." + path + ".protocols", "TLS/1.2")
                .set("changeover.path./page/facts.protocols", "TLS/1.2").set("changeover.path./page/facts.required", "true")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD);
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(war("tls-clients", "/page/*").build(), "/tlsc");
        base = URI.create(container.http() + "/tlsc/page/");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/tlsc");
    }

    /** Apache's client with its defaults. It trusts our certificate, and no other. */
    static CloseableHttpClient apache() throws GeneralSecurityException, IOException {
        KeyStore ours = KeyStore.getInstance(TestKeyStore.get().toFile(), TestKeyStore.PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", ours.getCertificate(ours.aliases().nextElement()));
        return HttpClients.custom().setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(SSLContextBuilder.create().loadTrustMaterial(trusted, null).build())).build()).build();
    }

    private record ClientResponse(int status, String body, String tls) {
        String remote() {
            return body.lines().filter(line -> line.startsWith("remote=")).findFirst().orElseThrow();
        }
    }

    /** The client reports TLS in the requests after the one that was upgraded. */
    private static ClientResponse ask(CloseableHttpClient client, HttpUriRequestBase request) throws IOException {
        HttpClientContext context = HttpClientContext.create();
        return client.execute(request, context, response -> new ClientResponse(response.getCode(), Objects.toString(response.getEntity() == null ? null : EntityUtils.toString(response.getEntity())),
                context.getSSLSession() == null ? "none" : context.getSSLSession().getProtocol()));
    }

    /** The client sends an upgrade by itself only if there is no {@code Connection} field, but it adds that field before it checks. */
    private static <R extends HttpUriRequestBase> R upgrading(R request) {
        request.addHeader("Connection", "Upgrade");
        request.addHeader("Upgrade", "TLS/1.2");
        return request;
    }

    @Test
    @Covers({"RFC2817-3.3-01", "RFC2817-3.3-03", "RFC2817-3.3-05", "RFC2817-3.3-07", "RFC2817-8-01", "RFC2817-8-02"})
    void apacheClientUpgradesAndContinuesInsideTls() throws Exception {
        try (CloseableHttpClient client = apache()) {
            ClientResponse first = ask(client, upgrading(new HttpGet(base.resolve("facts"))));
            assertThat(first.status()).isEqualTo(200);      // not 426
            assertThat(first.body()).contains("protocol=HTTP/1.1\n", "secure=false\n");     // this request was sent in cleartext
            for (HttpGet request : List.of(new HttpGet(base.resolve("facts")), upgrading(new HttpGet(base.resolve("facts"))), new HttpGet(base.resolve("facts")))) {
                ClientResponse next = ask(client, request);
                assertThat(next.body()).contains("secure=true\n", "scheme=https\n");
                assertThat(next.tls()).isEqualTo("TLSv1.3");
                assertThat(next.remote()).isEqualTo(first.remote());
            }
        }
    }

    @Test
    @Covers({"RFC2817-3.2-01", "RFC2817-3.3-03"})
    void apacheClientMayUpgradeWithOptionsAndThenSendContent() throws Exception {
        byte[] content = ProbeClient.pattern(300_000);
        try (CloseableHttpClient client = apache()) {
            assertThat(ask(client, upgrading(new HttpOptions(base.resolve("nothing")))).status()).isEqualTo(204);
            HttpPost post = new HttpPost(base.resolve("digest"));
            post.setEntity(new ByteArrayEntity(content, ContentType.APPLICATION_OCTET_STREAM));
            assertThat(ask(client, post).body()).isEqualTo(H2cClientsIT.digest(content));
            assertThat(ask(client, new HttpGet(base.resolve("big?size=3000000"))).body()).isEqualTo(H2cClientsIT.big(3_000_000));
            assertThat(ask(client, new HttpGet(base.resolve("facts"))).body()).contains("secure=true\n");
        }
    }

    @Test
    @Covers("RFC2817-3.3-03")
    void apacheClientGetsALargeFirstResponse() throws Exception {
        try (CloseableHttpClient client = apache()) {
            assertThat(ask(client, upgrading(new HttpGet(base.resolve("big?size=900000")))).body()).isEqualTo(H2cClientsIT.big(900_000));
            assertThat(ask(client, new HttpGet(base.resolve("facts"))).body()).contains("secure=true\n");
        }
    }

    /**
     * The output of src/test/clients/cups.py: for each response its status, whether it was encrypted, its size and checksum, and its content if it is
     * short.
     */
    private static String runCupsClient(String how, String... paths) {
        List<String> words = new ArrayList<>(List.of(ExternalTool.require("python3").toString(), CUPS, Integer.toString(base.getPort()), how));
        words.addAll(List.of(paths));
        return ChildProcess.run(words);
    }

    @Test
    @Tag("full")
    @Covers({"RFC2817-3.3-01", "RFC2817-3.3-03", "RFC2817-3.3-05", "RFC2817-3.3-06", "RFC2817-3.3-07"})
    void libcupsUpgradesAndContinuesInsideTls() {
        String said = runCupsClient("asking", "/tlsc/page/facts", "/tlsc/page/facts", "/tlsc/page/big?size=3000000", "/tlsc/page/digest");
        assertThat(said.lines().filter(line -> line.startsWith("200 encrypted"))).as(said).hasSize(4).contains("200 encrypted " + H2cClientsIT.digest(H2cClientsIT.big(3_000_000).getBytes(US_ASCII)));
        assertThat(said.lines().filter(line -> line.startsWith("secure="))).containsExactly("secure=false", "secure=true");
        assertThat(said.lines().filter(line -> line.startsWith("remote=")).distinct()).hasSize(1);
    }

    /** {@code OPTIONS *} refers to the server. On Payara, the root application gets it. */
    @Test
    @Tag("full")
    @PayaraOnly
    @Covers({"RFC2817-3.2-01", "RFC2817-3.3-08", "RFC2817-4.2-03"})
    void libcupsUpgradesBeforeAnyRequest(ContainerUnderTest container) {
        container.deploy(war("tls-clients-root", "/*").build(), "");
        try {
            for (String how : List.of("required", "refused")) {
                String said = runCupsClient(how, "/page/facts", "/page/facts");
                assertThat(said.lines().filter(line -> line.startsWith("200 encrypted"))).as(said).hasSize(2);
                assertThat(said.lines().filter(line -> line.startsWith("secure="))).containsExactly("secure=true", "secure=true");
                assertThat(said.lines().filter(line -> line.startsWith("remote=")).distinct()).hasSize(1);
            }
        } finally {
            container.undeploy("");
        }
    }

    /** Tomcat responds to {@code OPTIONS *} before any application. */
    @Test
    @Tag("full")
    @TomcatOnly
    void libcupsCannotUpgradeBeforeTheFirstRequestOnTomcat() {
        assertThatThrownBy(() -> runCupsClient("required", "/tlsc/page/facts")).hasMessageContaining("Encryption is not supported");
    }
}
