using KestrelL4.Server;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Runtime;
ProcessSettings.Apply();
return (int)await new NodeProcess(Console.Error, TimeProvider.System).RunAsync(new ConfigurationSources([args[0]], null, [.. args[1..]]));
