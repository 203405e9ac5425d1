package topics;

import io.github.changeover.topics.TopicEvent;
import io.github.changeover.topics.TopicMessage;
import io.github.changeover.topics.Topics;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Publishes what the request says, and shows what the node knows. */
@WebServlet(urlPatterns = "/publish", loadOnStartup = 1)
public class Publisher extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Queue<String> EVENTS = new ConcurrentLinkedQueue<>();
    private transient Topics topics;

    @Override
    public void init() throws ServletException {
        topics = Topics.of(getServletContext());
        System.getProperties().put("topics.loader" + getServletContext().getContextPath(), new WeakReference<>(Publisher.class.getClassLoader()));
        topics.listen(event -> EVENTS.add(words(event)));
    }

    private static String words(TopicEvent event) {
        if (event instanceof TopicEvent.Joined joined) return "joined " + joined.membership().topic().name();
        if (event instanceof TopicEvent.Left left) return "left " + left.membership().topic().name();
        if (event instanceof TopicEvent.Dropped dropped) return "dropped " + dropped.membership().topic().name();
        if (event instanceof TopicEvent.Gap gap) return "gap " + gap.topic().name() + " " + gap.count();
        return event.toString();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        String to = request.getParameter("to");
        if (request.getParameter("text") != null) {
            int times = request.getParameter("times") == null ? 1 : Integer.parseInt(request.getParameter("times"));
            int rooms = request.getParameter("rooms") == null ? 1 : Integer.parseInt(request.getParameter("rooms"));     // the messages go to to1, to2, ... in turn
            int length = request.getParameter("length") == null ? 0 : Integer.parseInt(request.getParameter("length"));
            String filler = length == 0 ? "" : "." + "x".repeat(length);
            if (request.getParameter("euros") != null) filler = "\u20ac".repeat(Integer.parseInt(request.getParameter("euros")));
            int first = request.getParameter("first") == null ? 1 : Integer.parseInt(request.getParameter("first"));
            for (int i = first; i < first + times; i++) {
                String room = rooms == 1 ? to : to + (i % rooms + 1);
                String text = request.getParameter("text") + (times == 1 ? "" : " " + i) + filler;
                if (request.getParameter("binary") != null) topics.topic(room).publish(ByteBuffer.wrap(text.getBytes()));
                else topics.topic(room).publish(request.getParameter("key") == null ? TopicMessage.text(text) : TopicMessage.text(text).withKey(request.getParameter("key")));
            }
            response.getWriter().print("published");
        } else if (request.getParameter("user") != null) {
            topics.user(request.getParameter("user")).publish("to " + request.getParameter("user"));
            response.getWriter().print("published");
        } else if (request.getParameter("relay") != null) {
            FakeRelay.receiver.connected(Boolean.parseBoolean(request.getParameter("relay")));
        } else if (request.getParameter("events") != null) {
            response.getWriter().print(String.join("\n", EVENTS));
        } else {
            response.getWriter().print(topics.topic(to).members().size() + " of " + topics.topic(to).presence().members() + ", dropped " + Room.DROPPED.get(to) + ", end " + Room.ENDS.get(to));
        }
    }
}
