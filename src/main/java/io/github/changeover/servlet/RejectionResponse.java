package io.github.changeover.servlet;

import io.github.changeover.http.MediaType;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.github.changeover.spi.Fields;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Writes a rejection as a complete HTTP response: status, header fields, length, and a sentence for the client that contains the reason
 * and what to do.
 */
final class RejectionResponse {
    private RejectionResponse() {
    }

    static void write(UpgradeResponse.Rejection rejection, RequestRepair repair, HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] content = rejection.content();
        response.resetBuffer();
        response.setStatus(rejection.status());
        repair.setReasonPhrase(request, rejection.status());
        for (Fields.Line line : rejection.fields()) response.addHeader(line.name(), line.value());
        offer(rejection.offer(), repair, request, response);
        response.setContentType(MediaType.PLAIN_TEXT);
        response.setContentLength(content.length);
        if (UpgradeResponse.Rejection.hasContent(request.getMethod())) response.getOutputStream().write(content);
        response.flushBuffer();
    }

    /** Sets {@code Upgrade} and the matching {@code Connection}, one line each. */
    static void offer(UpgradeResponse.UpgradeOffer offer, RequestRepair repair, HttpServletRequest request, HttpServletResponse response) {
        if (!offer.upgrade().isEmpty()) repair.setUpgradeField(request, response, offer.upgrade());
        if (offer.close()) repair.closeAfterResponse(request);
        if (!offer.connection().isEmpty()) response.setHeader("Connection", offer.connection());
    }
}
