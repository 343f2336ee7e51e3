/*
 * As much of Unreal's API as the plugin calls, written after Epic's public reference for 5.4, so that compilers can read the engine layer
 * where there is no Unreal. Nothing here does anything: it is only parsed. headers.txt says which header and module each part is of.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

// Core: types, text, containers.
using int8 = std::int8_t;
using int16 = std::int16_t;
using int32 = std::int32_t;
using int64 = long long;
using uint8 = std::uint8_t;
using uint16 = std::uint16_t;
using uint32 = std::uint32_t;
using uint64 = unsigned long long;
using SIZE_T = std::size_t;
using TCHAR = char16_t;
#define TEXT(text) u##text
#define MAX_int32 (static_cast<int32>(0x7fffffff))
#ifndef PLATFORM_WINDOWS
#define PLATFORM_WINDOWS 0
#endif
#define WITH_EDITOR 1
#define MEDIA2FACE_API
#define MEDIA2FACEEDITOR_API
#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
// Names that Unreal takes as macros, so that the core cannot use them.
#define check(expression) static_cast<void>(expression)
#define verify(expression) static_cast<void>(expression)
#define ensure(expression) (!!(expression))
#define unimplemented() static_cast<void>(0)
#define PI (3.1415926535897932f)
#define DEPRECATED(version, message)
// And names that Windows takes.
#define PlaySound a macro of Windows
#define LoadLibrary a macro of Windows
#define GetObject a macro of Windows
#define SendMessage a macro of Windows

template <class T> class TArray
{
public:
	int32 Num() const;
	bool IsEmpty() const;
	T* GetData();
	const T* GetData() const;
	T& operator[](int32 Index);
	const T& operator[](int32 Index) const;
	int32 Add(const T& Item);
	T& Add_GetRef(const T& Item);
	T& AddDefaulted_GetRef();
	void Append(const T* Items, int32 Count);
	void Reserve(int32 Count);
	void Reset(int32 NewSize = 0);
	void SetNumZeroed(int32 Count);
	void SetNumUninitialized(int32 Count);
	T* begin();
	T* end();
	const T* begin() const;
	const T* end() const;
};

class FString
{
public:
	FString();
	FString(const TCHAR* Text);
	const TCHAR* operator*() const;
	bool IsEmpty() const;
	bool operator==(const FString& Other) const;
	bool operator!=(const FString& Other) const;
	FString operator+(const TCHAR* Text) const;
	FString operator+(const FString& Text) const;
	template <std::size_t N, class... Arguments> static FString Printf(const TCHAR (&)[N], Arguments...)
	{
		static_assert((... && (std::is_arithmetic_v<Arguments> || std::is_pointer_v<Arguments>)), "Printf takes numbers and *FString");
		return FString();
	}
};

struct FUtf8Text
{
	explicit FUtf8Text(const TCHAR*);
	operator const char*() const;
};
struct FTcharText
{
	explicit FTcharText(const char*);
	operator const TCHAR*() const;
};
#define TCHAR_TO_UTF8(text) static_cast<const char*>(FUtf8Text(text))
#define UTF8_TO_TCHAR(text) static_cast<const TCHAR*>(FTcharText(text))

class FName
{
public:
	FName();
	FName(const TCHAR* Text);
	FString ToString() const;
	bool operator==(FName Other) const;
};

class FText
{
public:
	static FText FromString(const FString& Text);
};
#define LOCTEXT(key, text) FText::FromString(FString(u##text))

struct FMath
{
	template <class T> static T Max(T A, T B);
	template <class T> static T Clamp(T Value, T Low, T High);
	static int32 RoundToInt32(float Value);
	static int32 RoundToInt32(double Value);
};

struct FMemory
{
	static void* Memcpy(void* To, const void* From, SIZE_T Count);
	static void Memzero(void* To, SIZE_T Count);
};

struct FVector
{
	FVector(double X, double Y, double Z);
};
struct FQuat
{
	FQuat(double X, double Y, double Z, double W);
};
struct FTransform
{
	FTransform(const FQuat& Rotation, const FVector& Translation);
	static const FTransform Identity;
};

enum class ESPMode : uint8
{
	NotThreadSafe,
	ThreadSafe
};
template <class T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedRef
{
public:
	T* operator->() const;
	T& Get() const;
	template <class U, class = std::enable_if_t<std::is_base_of_v<T, U>>> TSharedRef(const TSharedRef<U, Mode>& Other);
};
template <class T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedPtr
{
public:
	TSharedPtr();
	explicit TSharedPtr(T* Object);
	template <class U, class = std::enable_if_t<std::is_base_of_v<T, U>>> TSharedPtr(const TSharedRef<U, Mode>& Other);
	bool IsValid() const;
	void Reset();
	T* operator->() const;
	TSharedRef<T, Mode> ToSharedRef() const;
};
template <class T, ESPMode Mode = ESPMode::ThreadSafe, class... Arguments> TSharedRef<T, Mode> MakeShared(Arguments&&...);
template <class T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedFromThis
{
};

template <class T> class TObjectPtr
{
public:
	TObjectPtr() = default;
	TObjectPtr(std::nullptr_t);
	TObjectPtr(T* Object);
	operator T*() const;
	T* operator->() const;
	T& operator*() const;
};
template <class T> class TWeakObjectPtr
{
public:
	TWeakObjectPtr() = default;
	TWeakObjectPtr& operator=(T* Object);
	bool IsValid() const;
	T* Get() const;
};
template <class T> class TSubclassOf
{
public:
	TSubclassOf& operator=(class UClass* Class);
};

namespace ELogVerbosity
{
	enum Type
	{
		Error
	};
}
struct FLogCategory
{
};
#define DECLARE_LOG_CATEGORY_EXTERN(name, level, all) extern FLogCategory name
#define DEFINE_LOG_CATEGORY(name) FLogCategory name
template <std::size_t N, class... Arguments> void StubLog(FLogCategory&, const TCHAR (&)[N], Arguments...)
{
	static_assert((... && (std::is_arithmetic_v<Arguments> || std::is_pointer_v<Arguments>)), "UE_LOG takes numbers and *FString");
}
#define UE_LOG(category, verbosity, ...) StubLog(category, __VA_ARGS__)

struct FPlatformTime
{
	static double Seconds();
};
struct FApp
{
	static double GetDeltaTime();
};
struct FPlatformProcess
{
	static void* GetDllHandle(const TCHAR* Path);
};
struct FPaths
{
	static bool FileExists(const FString& Path);
	static FString ConvertRelativePathToFull(const FString& Path);
};

class IModuleInterface
{
public:
	virtual ~IModuleInterface() = default;
	virtual void StartupModule() {}
	virtual void ShutdownModule() {}
};
class FDefaultModuleImpl : public IModuleInterface
{
};
struct FModuleManager
{
	template <class T> static T& LoadModuleChecked(FName Name);
};
#define IMPLEMENT_MODULE(type, name) static_assert(std::is_base_of_v<IModuleInterface, type>, #name);

struct FTickerDelegate
{
	template <class T> static FTickerDelegate CreateRaw(T* Object, bool (T::*Method)(float));
};
struct FTSTicker
{
	struct FDelegateHandle
	{
	};
	static FTSTicker& GetCoreTicker();
	FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay);
	static void RemoveTicker(FDelegateHandle Handle);
};
class FFeedbackContext
{
public:
	template <std::size_t N, class... Arguments> void Logf(ELogVerbosity::Type, const TCHAR (&)[N], Arguments...);
};
class IPlugin
{
public:
	virtual const FString& GetBaseDir() const = 0;
};
class IPluginManager
{
public:
	static IPluginManager& Get();
	virtual TSharedPtr<IPlugin> FindPlugin(const FString& Name) = 0;
};
struct FFrameNumber
{
	FFrameNumber(int32 Value);
};
struct FFrameRate
{
	FFrameRate(uint32 Numerator, uint32 Denominator);
};

// CoreUObject.
enum EObjectFlags
{
	RF_NoFlags = 0,
	RF_Public = 1,
	RF_Standalone = 2
};
inline EObjectFlags operator|(EObjectFlags A, EObjectFlags B)
{
	return static_cast<EObjectFlags>(static_cast<int>(A) | static_cast<int>(B));
}
class UClass;
class FObjectInitializer
{
};
class UObject
{
public:
	UObject();
	explicit UObject(const FObjectInitializer&);
	virtual ~UObject();
	FString GetName() const;
	FString GetPathName() const;
	class UWorld* GetWorld() const;
	virtual void BeginDestroy();
	static UClass* StaticClass();
};
// As in Unreal, what a class gets follows from its header and line: the check writes it into the header's .generated.h.
#define STUB_JOIN_NOW(a, b) a##b
#define STUB_JOIN(a, b) STUB_JOIN_NOW(a, b)
#define GENERATED_BODY() STUB_JOIN(STUB_BODY_, __LINE__)
class UClass : public UObject
{
};
class UPackage : public UObject
{
public:
	bool MarkPackageDirty() const;
};
UPackage* CreatePackage(const TCHAR* Name);
struct FPackageName
{
	static bool IsValidLongPackageName(const FString& Name);
	static FString GetLongPackageAssetName(const FString& Name);
};
template <class T> T* NewObject(UObject* Outer);
template <class T> T* NewObject(UObject* Outer, FName Name, EObjectFlags Flags = RF_NoFlags);
template <class T> T* NewObject(UObject* Outer, const UClass* Class, FName Name = FName(), EObjectFlags Flags = RF_NoFlags);

#define DECLARE_DYNAMIC_MULTICAST_DELEGATE(name)  \
	struct name                                     \
	{                                               \
		void Broadcast() const;                       \
	}
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(name, type, parameter) \
	struct name                                                              \
	{                                                                        \
		void Broadcast(type parameter) const;                                  \
	}

// Engine: actors, components, sound, animation.
enum ELevelTick
{
	LEVELTICK_All
};
enum ETickingGroup
{
	TG_PrePhysics
};
namespace EEndPlayReason
{
	enum Type
	{
		Destroyed
	};
}
struct FActorComponentTickFunction
{
	bool bCanEverTick;
	ETickingGroup TickGroup;
};
class UActorComponent : public UObject
{
public:
	using UObject::UObject;
	FActorComponentTickFunction PrimaryComponentTick;
	bool bAutoActivate;
	class AActor* GetOwner() const;
	void RegisterComponent();
	virtual void DestroyComponent(bool bPromoteChildren = false);
	virtual void AddTickPrerequisiteComponent(UActorComponent* Component);
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction);

protected:
	virtual void BeginPlay();
	virtual void EndPlay(const EEndPlayReason::Type EndPlayReason);
};
class USceneComponent : public UActorComponent
{
public:
	using UActorComponent::UActorComponent;
	void SetupAttachment(USceneComponent* Parent, FName Socket = FName());
};
class USkeletalMeshComponent : public USceneComponent
{
public:
	void SetMorphTarget(FName Name, float Value, bool bRemoveZeroWeight = true);
};
class AActor : public UObject
{
public:
	USceneComponent* GetRootComponent() const;
	template <class T> T* FindComponentByClass() const;
};
template <class T> class TInlineComponentArray : public TArray<T>
{
public:
	explicit TInlineComponentArray(const AActor* Actor);
};
class USoundBase : public UObject
{
};
class USoundWave : public USoundBase
{
public:
	float Duration;
	bool GetImportedSoundWaveData(TArray<uint8>& OutRawPCMData, uint32& OutSampleRate, uint16& OutNumChannels) const;
};
class USoundSubmix : public UObject
{
};
class UAudioComponent;
struct FOnAudioPlaybackPercentNative
{
	template <class T> void AddUObject(T* Object, void (T::*Method)(const UAudioComponent*, const USoundWave*, const float));
};
class UAudioComponent : public USceneComponent
{
public:
	FOnAudioPlaybackPercentNative OnAudioPlaybackPercentNative;
	virtual void Stop();
};
class ISubmixBufferListener : public TSharedFromThis<ISubmixBufferListener, ESPMode::ThreadSafe>
{
public:
	virtual ~ISubmixBufferListener() = default;
	virtual void OnNewSubmixBuffer(const USoundSubmix* OwningSubmix, float* AudioData, int32 NumSamples, int32 NumChannels, const int32 SampleRate,
		double AudioClock) = 0;
	virtual const FString& GetListenerName() const;
};
class FAudioDevice
{
public:
	float GetSampleRate() const;
	USoundSubmix& GetMainSubmixObject() const;
	void RegisterSubmixBufferListener(TSharedRef<ISubmixBufferListener, ESPMode::ThreadSafe> Listener, USoundSubmix& Submix);
	void UnregisterSubmixBufferListener(TSharedRef<ISubmixBufferListener, ESPMode::ThreadSafe> Listener, USoundSubmix& Submix);
};
class FAudioDeviceHandle
{
public:
	bool IsValid() const;
	FAudioDevice* operator->() const;
};
class UWorld : public UObject
{
public:
	FAudioDeviceHandle GetAudioDevice() const;
	bool IsPaused() const;
};
struct UGameplayStatics
{
	static UAudioComponent* SpawnSoundAttached(USoundBase* Sound, USceneComponent* Component);
};
class UBlueprintFunctionLibrary : public UObject
{
};
struct FSoundGeneratorInitParams
{
};
class ISoundGenerator
{
public:
	virtual ~ISoundGenerator() = default;
	virtual int32 OnGenerateAudio(float* OutAudio, int32 NumSamples) = 0;
};
using ISoundGeneratorPtr = TSharedPtr<ISoundGenerator, ESPMode::ThreadSafe>;

// AudioMixer.
class USynthComponent : public USceneComponent
{
public:
	USynthComponent(const FObjectInitializer& ObjectInitializer);
	int32 NumChannels;
	void Start();
	void Stop();

protected:
	virtual bool Init(int32& SampleRate);
	virtual ISoundGeneratorPtr CreateSoundGenerator(const FSoundGeneratorInitParams& InParams);
};

// Engine: animation.
class UAnimInstance : public UObject
{
public:
	AActor* GetOwningActor() const;
};
struct FAnimationInitializeContext
{
};
struct FAnimationCacheBonesContext
{
};
struct FAnimationUpdateContext
{
};
struct FBlendedCurve
{
	float Get(FName Name) const;
	void Set(FName Name, float Value);
};
struct FPoseContext
{
	FBlendedCurve Curve;
};
struct FNodeDebugData
{
	void AddDebugItem(FString Text, bool bPoseSource = false);
};
struct FPoseLink
{
	void Initialize(const FAnimationInitializeContext& Context);
	void CacheBones(const FAnimationCacheBonesContext& Context);
	void Update(const FAnimationUpdateContext& Context);
	void Evaluate(FPoseContext& Output);
	void GatherDebugData(FNodeDebugData& DebugData);
};
struct FExposedValueHandler
{
	void Execute(const FAnimationUpdateContext& Context) const;
};
struct FAnimNode_Base
{
	virtual ~FAnimNode_Base();
	virtual void Initialize_AnyThread(const FAnimationInitializeContext& Context);
	virtual void CacheBones_AnyThread(const FAnimationCacheBonesContext& Context);
	virtual void Update_AnyThread(const FAnimationUpdateContext& Context);
	virtual void Evaluate_AnyThread(FPoseContext& Output);
	virtual void GatherDebugData(FNodeDebugData& DebugData);
	virtual bool HasPreUpdate() const;
	virtual void PreUpdate(const UAnimInstance* InAnimInstance);

protected:
	const FExposedValueHandler& GetEvaluateGraphExposedInputs() const;
};
class USkeleton : public UObject
{
};
enum class ERawCurveTrackTypes : uint8
{
	RCT_Float
};
enum EAnimAssetCurveFlags
{
	AACF_DefaultCurve = 4
};
struct FAnimationCurveIdentifier
{
	FAnimationCurveIdentifier(FName Name, ERawCurveTrackTypes Type);
};
enum ERichCurveInterpMode : int
{
	RCIM_Linear
};
struct FRichCurveKey
{
	FRichCurveKey(float Time, float Value);
	ERichCurveInterpMode InterpMode;
};
class IAnimationDataController
{
public:
	void OpenBracket(const FText& Title, bool bShouldTransact = true);
	void CloseBracket(bool bShouldTransact = true);
	void InitializeModel();
	void SetFrameRate(FFrameRate Rate, bool bShouldTransact = true);
	void SetNumberOfFrames(const FFrameNumber Length, bool bShouldTransact = true);
	bool AddCurve(const FAnimationCurveIdentifier& Id, int32 Flags = 0, bool bShouldTransact = true);
	bool SetCurveKeys(const FAnimationCurveIdentifier& Id, const TArray<FRichCurveKey>& Keys, bool bShouldTransact = true);
	void NotifyPopulated();
};
class UAnimSequence : public UObject
{
public:
	void SetSkeleton(USkeleton* Skeleton);
	IAnimationDataController& GetController();
};

// AssetRegistry, UnrealEd, AnimGraph.
struct FAssetRegistryModule
{
	static void AssetCreated(UObject* Asset);
};
class UFactory : public UObject
{
public:
	TSubclassOf<UObject> SupportedClass;
	bool bCreateNew;
	bool bEditorImport;
	TArray<FString> Formats;
	virtual UObject* FactoryCreateBinary(UClass* InClass, UObject* InParent, FName InName, EObjectFlags Flags, UObject* Context, const TCHAR* Type,
		const uint8*& Buffer, const uint8* BufferEnd, FFeedbackContext* Warn);
};
namespace ENodeTitleType
{
	enum Type
	{
		FullTitle
	};
}
class UAnimGraphNode_Base : public UObject
{
public:
	virtual FText GetNodeTitle(ENodeTitleType::Type TitleType) const;
	virtual FText GetTooltipText() const;
	virtual FString GetNodeCategory() const;
};
