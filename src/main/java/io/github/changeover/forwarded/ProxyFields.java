package io.github.changeover.forwarded;

import java.util.Locale;
import java.util.Set;

/**
 * The header fields that proxies, load balancers and content delivery networks add to identify the client or themselves. A client that
 * connects directly does not send them. A request that has one either came through a proxy or pretends that it did. This is the only list
 * of these fields in the project.
 */
public final class ProxyFields {
    /** The names in lower case. */
    private static final Set<String> NAMES = Set.of(
            // RFC 7239, RFC 9110 section 7.6.3, RFC 8586, RFC 9440
            "forwarded", "via", "cdn-loop", "client-cert", "client-cert-chain",
            // the client's address
            "client-ip", "x-client-ip", "x-real-ip", "x-real-port", "x-cluster-client-ip", "x-originating-ip", "x-remote-ip", "x-remote-addr", "x-proxyuser-ip", "x-host",
            "true-client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "cf-visitor", "cf-ray", "fastly-client-ip", "fastly-client", "fastly-ssl", "fastly-ff",
            "x-azure-clientip", "x-azure-socketip", "x-appengine-user-ip", "x-appengine-remote-addr", "fly-client-ip", "do-connecting-ip", "x-nf-client-connection-ip",
            "incap-client-ip", "x-sucuri-clientip", "ali-cdn-real-ip", "cdn-src-ip", "akamai-origin-hop", "x-akamai-edgescape", "x-envoy-external-address", "x-envoy-internal",
            "x-arr-log-id", "x-arr-ssl", "x-arr-clientcert", "x-forwarded", "forwarded-for",
            // scheme and client certificate, as sent by mod_proxy, Tomcat's SSLValve, and the proxy handlers of WebLogic and GlassFish
            "x-scheme", "x-url-scheme", "front-end-https", "x-client-cert", "x-client-certificate", "x-client-verify", "x-client-dn", "ssl_client_cert", "ssl_client_verify",
            "ssl_client_s_dn", "ssl_cipher", "ssl_session_id", "ssl_cipher_usekeysize", "proxy-ip", "proxy-keysize", "proxy-auth-cert", "proxy-ssl-id", "proxy-client-ip",
            // the user, as sent by proxies that authenticate users
            "remote-user", "x-remote-user", "x-webauth-user", "x-authenticated-user");
    private static final String[] PREFIXES = {"x-forwarded-", "x-original-", "wl-proxy-", "x-ssl-", "x-auth-request-", "x-amzn-oidc-", "x-amzn-mtls-", "x-ms-client-principal"};

    private ProxyFields() {
    }

    /** Returns whether this name is a proxy field. Ignores case. */
    public static boolean has(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (NAMES.contains(lower)) return true;
        for (String prefix : PREFIXES) {
            if (lower.startsWith(prefix)) return true;
        }
        return false;
    }
}
