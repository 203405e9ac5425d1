package io.github.changeover.servlet;

import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.edge.RequestRepair;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a rejection as a complete HTTP response: status, header fields, length, and a sentence that tells the client what to do. */
final class Refusal {
    private Refusal() {
    }

    static void write(Decision.Refuse refusal, Verdict verdict, RequestRepair repair, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        write(refusal, verdict.upgradeList(), verdict.closeAfterRefusal(), repair, request, response);
    }

    static void write(Decision.Refuse refusal, List<ProtocolToken> upgrade, boolean close, RequestRepair repair,
                      HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] sentence = (refusal.reason() + "\n").getBytes(StandardCharsets.UTF_8);
        response.resetBuffer();
        response.setStatus(refusal.status());
        repair.setReasonPhrase(request, refusal.status());
        for (Fields.Line line : refusal.fields()) response.addHeader(line.name(), line.value());
        connection(upgrade, close, repair, request, response);
        response.setContentType("text/plain;charset=utf-8");
        response.setContentLength(sentence.length);
        if (!request.getMethod().equals("HEAD")) response.getOutputStream().write(sentence);
        response.flushBuffer();
    }

    /** Sets {@code Upgrade} and the matching {@code Connection} (RFC 9110 section 7.8), one line each. */
    static void connection(List<ProtocolToken> upgrade, boolean close, RequestRepair repair, HttpServletRequest request, HttpServletResponse response) {
        if (!upgrade.isEmpty()) {
            repair.setUpgradeField(request, response, upgrade.stream().map(ProtocolToken::toString).collect(Collectors.joining(", ")));
        }
        if (!upgrade.isEmpty() || close) {
            if (close) repair.closeAfterResponse(request);
            response.setHeader("Connection", upgrade.isEmpty() ? "close" : close ? "upgrade, close" : "upgrade");
        }
    }
}
