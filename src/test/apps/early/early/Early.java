package early;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Its asynchronous request is completed by another thread of the container while the first one is still in the servlet. */
@WebServlet(urlPatterns = "/early", asyncSupported = true)
public final class Early extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        CountDownLatch completed = new CountDownLatch(1);
        AsyncContext async = request.startAsync();
        ServletInputStream content = request.getInputStream();
        response.flushBuffer();
        content.setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                while (content.isReady() && content.read() >= 0);
            }

            @Override
            public void onAllDataRead() {
                async.complete();
                completed.countDown();
            }

            @Override
            public void onError(Throwable failure) {
                async.complete();
            }
        });
        try {
            completed.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
