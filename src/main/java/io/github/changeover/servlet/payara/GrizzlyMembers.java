package io.github.changeover.servlet.payara;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** All classes and members of Grizzly that this package uses for requests and connections. They are found by reflection once, completely or not at all. */
final class GrizzlyMembers {
    private static final System.Logger LOG = System.getLogger(GrizzlyMembers.class.getName());
    /**
     * Each line contains a class below org.glassfish.grizzly, and for each member the name used here and the member itself: a method with the simple
     * names of its parameter types, or a field.
     */
    private static final String NAMES = """
            http.server.Request packet=getRequest() input=getInputBuffer() context=getContext()
            filterchain.FilterChainContext connection=getConnection() chain=getFilterChain() message=setMessage(Object) start=setStartIdx(int)
            filterchain.FilterChainContext end=setEndIdx(int) index=setFilterIdx(int)
            filterchain.DefaultFilterChain states=obtainFiltersState(Connection)
            filterchain.DefaultFilterChain$FiltersState stored=get(Operation,int) append=append(Operation,int,Object)
            filterchain.DefaultFilterChain$FiltersState store=set(Operation,int,boolean,Object,Appender)
            http.HttpHeader isUpgrade=isUpgrade() getUpgrade=getUpgrade() setUpgrade=setUpgrade(String) upgradeChunk=getUpgradeDC()
            http.HttpHeader isRaw=isIgnoreContentModifiers() setRaw=setIgnoreContentModifiers(boolean) coding=setTransferEncoding(TransferEncoding) expect=setExpectContent(boolean)
            http.HttpHeader expects=isExpectContent() headers=getHeaders() setBroken=setContentBroken(boolean)
            http.util.DataChunk recycle=recycle() text=setString(String)
            http.util.MimeHeaders header=setValue(String)
            http.HttpRequestPacket processing=getProcessingState() response=getResponse() method=getMethod() setMethod=setMethod(Method)
            http.HttpResponsePacket reason=getReasonPhrase() setReason=setReasonPhrase(String) allowReason=setAllowCustomReasonPhrase(boolean)
            http.ProcessingState isError=isError() setError=setError(boolean) keepAlive=setKeepAlive(boolean)
            http.HttpServerFilter prepare=prepareRequest(ServerHttpRequestImpl,boolean) onParsed=onHttpPacketParsed(HttpHeader,FilterChainContext)
            http.HttpServerFilter inProcess=httpRequestInProcessAttr
            http.HttpCodecFilter transferCoding=setTransferEncodingOnParsing(HttpHeader) contentCodings=setContentEncodingsOnParsing(HttpHeader)
            attributes.Attribute setAttribute=set(AttributeStorage,Object)
            http.io.InputBuffer finish=finished() available=readyData() finished=contentRead closed=closed handler=handler buffer=inputContentBuffer
            Buffer remains=hasRemaining() bytes=toByteBuffer()
            memory.Buffers empty=EMPTY_BUFFER wrap=wrap(MemoryManager,byte[]) appender=getBufferAppender(boolean)
            nio.NIOConnection channel=getChannel() setMaxQueue=setMaxAsyncWriteQueueSize(int) terminate=terminateSilently() transport=getTransport()
            nio.NIOConnection setReadTimeout=setReadTimeout(long,TimeUnit) getReadTimeout=getReadTimeout(TimeUnit)
            nio.NIOConnection processor=setProcessor(Processor)
            StandaloneProcessor none=INSTANCE
            asyncqueue.AsyncQueueEnabledTransport queues=getAsyncQueueIO()
            asyncqueue.AsyncQueueIO writer=getWriter()
            Writer write=write(Connection,WritableMessage,CompletionHandler)
            Context contextProcessor=setProcessor(Processor) event=getIoEvent()
            filterchain.InternalContextImpl chainContext=filterChainContext
            ProcessorResult terminated=createTerminate() completed=createComplete()
            ssl.SSLUtils engine=getSSLEngine(Connection) setEngine=setSSLEngine(Connection,SSLEngine)""";
    /** The members that are needed to take the socket of a connection from Grizzly. Without them there are no event loops: connections use the streams of the Servlet API. */
    private static final String NAMES_FOR_SOCKET = """
            nio.NIOConnection writeQueue=getAsyncWriteQueue() selectionKey=getSelectionKey()
            asyncqueue.TaskQueue nothingQueued=isEmpty()
            attributes.Attribute remove=remove(AttributeStorage)
            http.HttpServerFilter keepAliveContext=keepAliveContextAttr
            utils.IdleTimeoutFilter setIdleTimeout=setCustomTimeout(Connection,long,TimeUnit)
            http.server.Request afterService=addAfterServiceListener(AfterServiceListener)""";
    private static final Set<String> UPGRADE_STATES = Set.of("handlerInitialised", "afterService", "resume");
    private final Map<String, Object> members = new HashMap<>();
    private final Map<String, Class<?>> types = new ConcurrentHashMap<>();
    private final ClassLoader loader;
    final Class<?> codec, tls;
    private final Method addCloseListener, removeCloseListener;     // each has two overloads whose parameter types have the same simple name
    final Method grizzlyRequest;                        // of the container's request
    final Field upgradeHandler;                         // of the container's request
    private final List<Field> upgradeStates;            // of the container's request: what it has noted about an upgrade
    final Object read, empty, appender, post, none;     // none: a processor that parses nothing
    final String missingForSocket;      // the first member that is missing for event loops; empty if there is none

    /** @param catalinaRequest the class of the container's request */
    GrizzlyMembers(ClassLoader loader, Class<?> catalinaRequest) throws ReflectiveOperationException {
        this.loader = loader;
        grizzlyRequest = GrizzlyServer.of(catalinaRequest).request(catalinaRequest);
        upgradeHandler = (Field) member(catalinaRequest, "httpUpgradeHandler");
        upgradeStates = Arrays.stream(catalinaRequest.getDeclaredFields()).filter(field -> UPGRADE_STATES.contains(field.getName()) && field.trySetAccessible()).toList();
        codec = type("http.HttpServerFilter");
        tls = type("ssl.SSLBaseFilter");
        find(NAMES);
        addCloseListener = type("nio.NIOConnection").getMethod("addCloseListener", type("CloseListener"));
        removeCloseListener = type("nio.NIOConnection").getMethod("removeCloseListener", type("CloseListener"));
        missingForSocket = missing(NAMES_FOR_SOCKET, catalinaRequest);
        read = type("filterchain.FilterChainContext$Operation").getMethod("valueOf", String.class).invoke(null, "READ");
        post = type("http.Method").getField("POST").get(null);
        empty = call("empty", null);
        appender = call("appender", null, true);
        none = call("none", null);
    }

    /** Finds members. Returns the first one that is missing, or an empty string. */
    private String missing(String names, Class<?> catalinaRequest) {
        try {
            find(names);
            member(catalinaRequest, "resumeAfterService()");    // only where this method exists, the WebConnection may be closed inside init()
            return "";
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return missing.toString();
        }
    }

    private void find(String names) throws ReflectiveOperationException {
        for (String line : names.split("\n")) {
            String[] words = line.split(" ");
            Class<?> type = type(words[0]);
            for (int i = 1; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                members.put(words[i].substring(0, equals), member(type, words[i].substring(equals + 1)));
            }
        }
    }

    Class<?> type(String name) throws ClassNotFoundException {
        Class<?> known = types.get(name);
        if (known == null) types.put(name, known = Class.forName("org.glassfish.grizzly." + name, false, loader));
        return known;
    }

    private static Object member(Class<?> type, String member) throws ReflectiveOperationException {
        int parenthesis = member.indexOf('(');
        if (parenthesis < 0) {
            Field field = type.getDeclaredField(member);
            field.setAccessible(true);
            return field;
        }
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (!method.isBridge() && signature(method).equals(member)) {
                    method.setAccessible(true);
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + member);
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(",", "(", ")"));
    }

    Object call(String name, Object target, Object... args) throws ReflectiveOperationException {
        return members.get(name) instanceof Method m ? m.invoke(target, args) : ((Field) members.get(name)).get(target);
    }

    boolean is(String name, Object target) throws ReflectiveOperationException { return (boolean) call(name, target); }

    void set(String name, Object target, Object value) throws ReflectiveOperationException { ((Field) members.get(name)).set(target, value); }

    /**
     * Makes the container's request as new for upgrade(). The container uses its request objects again, and clears them when a request ends. If another
     * thread completes an asynchronous request before the first one has left the container, the latter writes to an object that is cleared already. The next
     * upgrade would then be taken for one that the container has begun before: init() would never be called, and the client would wait for its 101.
     */
    void clearUpgradeState(Object catalinaRequest) throws ReflectiveOperationException {
        for (Field state : upgradeStates) state.setBoolean(catalinaRequest, false);
    }

    Object proxy(String name, InvocationHandler handler) throws ClassNotFoundException {
        return Proxy.newProxyInstance(loader, new Class<?>[] { type(name) }, (p, m, args) -> {
            if (m.getDeclaringClass() == Object.class) return identity(name, p, m, args);
            try {
                return handler.invoke(p, m, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    /** Runs an action once when a connection closes. */
    void onClose(Object connection, MemberAction action) throws ReflectiveOperationException {
        addCloseListener.invoke(connection, proxy("CloseListener", (proxy, method, args) -> {
            removeCloseListener.invoke(connection, proxy);
            action.run();
            return null;
        }));
    }

    /** An action on the internals of Grizzly. */
    interface MemberAction {
        void run() throws ReflectiveOperationException, IOException;
    }

    /** A condition that the internals of Grizzly decide. */
    interface MemberCondition {
        boolean test() throws ReflectiveOperationException, IOException;
    }

    /** Runs an action. Returns whether it succeeded; a failure is logged at the level DEBUG. */
    static boolean attempt(MemberAction action) {
        return check(() -> {
            action.run();
            return true;
        });
    }

    /** Returns the value of a condition; false if it fails, which is logged at the level DEBUG. */
    static boolean check(MemberCondition condition) {
        try {
            return condition.test();
        } catch (ReflectiveOperationException | IOException | RuntimeException failure) {
            LOG.log(System.Logger.Level.DEBUG, "An operation on the internals of Grizzly failed", failure);
            return false;
        }
    }

    /** Implements the methods of {@code Object} for a proxy. */
    private static Object identity(String name, Object proxy, Method method, Object[] args) {
        return switch (method.getName()) {
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> name;
        };
    }
}
