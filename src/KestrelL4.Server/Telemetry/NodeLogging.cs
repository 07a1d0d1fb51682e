using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace KestrelL4.Server.Telemetry;

/// <summary>The node's log: the framework's console logger behind a queue that never blocks a connection.</summary>
internal sealed class NodeLogging : IDisposable
{
    private const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    private readonly LiveSettings _settings;
    private readonly QueuedLoggerProvider _queue;

    private NodeLogging(ILoggerFactory factory, LiveSettings settings, QueuedLoggerProvider queue)
    {
        Factory = factory;
        _settings = settings;
        _queue = queue;
    }

    /// <summary>Makes the loggers.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>How many lines have been dropped because standard output did not take them fast enough.</summary>
    public long DroppedLines => _queue.DroppedLines;

    /// <summary>Writes to standard output as the section <c>Logging</c> says; what it leaves open is one plain line per entry.</summary>
    public static NodeLogging Create(IConfiguration logging)
    {
        LiveSettings settings = new();
        settings.Use(logging);
        IConfigurationRoot live = new ConfigurationBuilder().Add(settings).Build();
        QueuedLoggerProvider? queue = null;
        ILoggerFactory factory = LoggerFactory.Create(builder =>
        {
            // Before AddConfiguration and AddConsole, whose binding must win over these.
            builder.AddFilter("Microsoft", LogLevel.Warning);

            // It tells of every single probe; a change of an upstream's health is told once, by us.
            builder.AddFilter("Yarp", LogLevel.Error);

            // YARP brings it along for cookies, which nobody here has; without a home directory it warns of keys that do not exist.
            builder.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

            // It logs a failed start with a stack trace, which we tell in one line.
            builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

            // Named even though it is the default: an unnamed formatter takes obsolete options in place of those below.
            builder.Services.Configure<ConsoleLoggerOptions>(static options => options.FormatterName = ConsoleFormatterNames.Simple);
            builder.Services.Configure<SimpleConsoleFormatterOptions>(static options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = TimestampFormat + " ";
                options.UseUtcTimestamp = true;
            });
            builder.Services.Configure<JsonConsoleFormatterOptions>(static options =>
            {
                options.TimestampFormat = TimestampFormat;
                options.UseUtcTimestamp = true;
            });
            builder.AddConfiguration(live).AddConsole();
            builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerProvider>(services =>
                queue = new QueuedLoggerProvider(ActivatorUtilities.CreateInstance<ConsoleLoggerProvider>(services), TimeProvider.System)));
        });
        return new NodeLogging(factory, settings, queue!);
    }

    /// <summary>Goes on as another section <c>Logging</c> says.</summary>
    public void Use(IConfiguration logging) => _settings.Use(logging);

    /// <summary>Writes what is queued, for 2 s at most, and ends the log.</summary>
    public void Dispose() => Factory.Dispose();
}
