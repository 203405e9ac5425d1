package original;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The protocol {@code original}: sends the response to the request as an HTTP message with a length, then echoes. */
@WebListener
public final class Original implements ServletContextListener, UpgradeProtocol {
    private static final ProtocolToken TOKEN = ProtocolToken.of("original");

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover.of(event.getServletContext()).path("/*").offer(this);
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TOKEN);
    }

    @Override
    public ContentRule content() {
        return ContentRule.allowing("GET", "HEAD", "POST");
    }

    @Override
    public boolean answersOriginalRequest() {
        return true;
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, AnswerThenEcho::new);
    }

    private static final class AnswerThenEcho implements ConnectionHandler.Events {
        private final OriginalResponse answer;

        AnswerThenEcho(SwitchContext context) {
            answer = context.original().orElseThrow();
        }

        @Override
        public void opened(SwitchedConnection connection) {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.writeBytes(bytes("HTTP/1.1 " + answer.status() + " \r\nX-Bytes: " + answer.body().length() + "\r\n"));
            for (Fields.Line line : answer.fields()) message.writeBytes(bytes(line.name() + ": " + line.value() + "\r\n"));
            message.writeBytes(bytes("\r\n"));
            message.writeBytes(answer.body().bytes());
            connection.send(ByteBuffer.wrap(message.toByteArray()));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
